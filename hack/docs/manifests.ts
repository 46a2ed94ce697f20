import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { CustomResourceDefinition, FieldSchema } from "./field-reference.ts";
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

/** What the schema of its kind says against a manifest: fields that are unknown, missing or of another type. */
export function schemaProblems(
  manifest: Manifest,
  definitions: readonly CustomResourceDefinition[],
): readonly string[] {
  const { kind, apiVersion, spec } = manifest.object;
  const definition = definitions.find((candidate) => candidate.spec.names.kind === kind);
  const version = definition?.spec.versions.find(({ name }) => `${definition.spec.group}/${name}` === apiVersion);
  const schema = version?.schema.openAPIV3Schema.properties?.["spec"];
  if (schema === undefined) return [`${apiVersion} ${kind} is no kind of ours`];
  return problems(spec, schema, "spec");
}

function problems(value: unknown, schema: FieldSchema, path: string): readonly string[] {
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => problems(item, schema.items ?? {}, `${path}[${index}]`));
  }
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return [`${path} is none of ${schema.enum.join(", ")}`];
  if (typeof value !== "object" || value === null) return problemsOfScalar(value, schema, path);
  return problemsOfObject(value as Readonly<Record<string, unknown>>, schema, path);
}

function problemsOfScalar(value: unknown, schema: FieldSchema, path: string): readonly string[] {
  const type = schema.type === "integer" ? "number" : schema.type;
  return type === undefined || typeof value === type ? [] : [`${path} must be of type ${schema.type}`];
}

function problemsOfObject(
  value: Readonly<Record<string, unknown>>,
  schema: FieldSchema,
  path: string,
): readonly string[] {
  const missing = (schema.required ?? [])
    .filter((name) => !(name in value))
    .map((name) => `${path}.${name} is missing`);
  const others = typeof schema.additionalProperties === "object" ? schema.additionalProperties : undefined;
  const inside = Object.entries(value).flatMap(([name, child]) => {
    const childSchema = schema.properties?.[name] ?? others;
    return childSchema ? problems(child, childSchema, `${path}.${name}`) : [`${path}.${name} is unknown`];
  });
  return [...missing, ...inside];
}
