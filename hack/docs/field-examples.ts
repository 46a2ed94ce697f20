import { readdirSync } from "node:fs";
import { parseAllDocuments, stringify } from "yaml";

interface Example {
  readonly kind?: string;
  readonly [section: string]: unknown;
}

/** Longer ones would widen the table beyond reading. */
const longest = 80;

/** Finds, for the fields of a kind, a value in manifests that are applied or checked elsewhere. */
export type FindExample = (kind: string, path: string) => string | undefined;

/** `read` gives the text of a file of the repository, `root` is its folder. */
export function fieldExamples(root: string, read: (path: string) => string): FindExample {
  const files = readdirSync(`${root}examples`).filter((file) => file.endsWith(".yaml"));
  const pages = ["docs/reference/README.md", ...guides(root)];
  const texts = [
    ...pages.flatMap((page) =>
      [...read(page).matchAll(/^ *```yaml manifest\n([\s\S]*?)^ *```$/gm)].map(([, text = ""]) => text),
    ),
    ...files.sort().map((file) => read(`examples/${file}`)),
  ];
  const objects = texts.flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as Example | null));
  const places = objects.flatMap((object) => (object ? [...placesIn(object["spec"], `${object.kind} spec`)] : []));
  const shown = new Map<string, string>();
  for (const { path, value } of places) {
    const text = inOneLine(value);
    const present = shown.get(path);
    if (present === undefined || (present === whole && text.length <= longest))
      shown.set(path, text.length <= longest ? text : whole);
  }
  return (kind, path) => shown.get(`${kind} ${path}`) ?? likeIt(shown, path);
}

/** What stands for an example that is too long for a table: those of its fields. */
const whole = "…";

/** The same field at another place: the longest end of the path that any example has, such as `storeRef.kind`. */
function likeIt(shown: ReadonlyMap<string, string>, path: string): string | undefined {
  const segments = path.split(".");
  for (let from = 1; from < segments.length; from++) {
    const end = `.${segments.slice(from).join(".")}`;
    const like = [...shown].find(([place]) => place.endsWith(end));
    if (like) return like[1];
  }
  return undefined;
}

function guides(root: string): string[] {
  const files = readdirSync(`${root}docs/guides`).filter((file) => file.endsWith(".md"));
  return files.sort().map((file) => `docs/guides/${file}`);
}

/** Every value below a value, by its path: `spec.data[].key`. */
function* placesIn(value: unknown, path: string): Generator<{ readonly path: string; readonly value: unknown }> {
  if (value === undefined) return;
  yield { path, value };
  if (typeof value !== "object" || value === null) return;
  for (const [name, child] of Object.entries(value)) {
    yield { path: `${path}.${name}`, value: child };
    if (Array.isArray(child)) for (const item of child) yield* placesIn(item, `${path}.${name}[]`);
    else yield* placesIn(child, `${path}.${name}`);
  }
}

function inOneLine(value: unknown): string {
  return stringify(value, { collectionStyle: "flow", lineWidth: 0, flowCollectionPadding: true }).trim();
}
