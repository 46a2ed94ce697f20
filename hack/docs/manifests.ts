import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import { resources } from "../../src/api/resources.ts";
import { checkValue } from "../../src/api/schema/check-value.ts";
import { read } from "./pages.ts";

export interface Manifest {
  /** `docs/guides/tls.md#1`: the page, and which of its manifests. */
  readonly where: string;
  readonly object: { readonly apiVersion?: string; readonly kind?: string } & Readonly<Record<string, unknown>>;
}

/** The pages that people read: paths in the repository. */
export function documentationPages(): readonly string[] {
  const docs = readdirSync(fileURLToPath(new URL("../../docs/", import.meta.url)), { recursive: true })
    .map((path) => `docs/${String(path)}`)
    .filter((path) => path.endsWith(".md"));
  const papers = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md", "charts/external-values/README.md"];
  return [...papers, ...docs.sort()];
}

/** The manifests in fenced blocks marked `yaml manifest`. */
export function manifestsIn(page: string): readonly Manifest[] {
  const blocks = [...read(page).matchAll(/^ *```yaml manifest\n([\s\S]*?)^ *```$/gm)].map(([, block = ""]) => block);
  const objects = blocks.flatMap((block) => parseAllDocuments(block).map((document) => document.toJS()));
  return objects.map((object, index) => ({ where: `${page}#${index + 1}`, object }));
}

/** What the schema of its kind, with its rules, has against a manifest. */
export function schemaFindings({ object }: Manifest): readonly string[] {
  const resource = resources.find(({ kind }) => kind === object.kind);
  if (resource === undefined || object.apiVersion !== "externalvalues.dev/v1alpha1") {
    return [`${object.apiVersion} ${object.kind} is no kind of ours`];
  }
  return checkValue(resource.spec, object["spec"], "spec").map(({ field, message }) => `${field} ${message}`);
}
