import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "@jest/globals";
import { reasons } from "../src/api/conditions.ts";
import { unsupportedFields } from "../src/api/parsing/unsupported.ts";
import * as names from "../src/controller/target/names.ts";
import { filters } from "../src/values/liquid/filters/table.ts";
import { createRenderer } from "../src/values/liquid/render.ts";
import { documentationPages, type Manifest, manifestsIn, schemaFindings } from "./docs/manifests.ts";
import { definitions, generatedPages, read } from "./docs/pages.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const pages = documentationPages();

describe("generated pages are up to date: run `node hack/generate-docs.ts` when this fails", () => {
  test.each([...generatedPages()])("%s", (path, text) => {
    expect(existsSync(`${root}${path}`) ? read(path) : "missing").toBe(text);
  });
});

describe("every field of a spec has type, default and example in the reference", () => {
  test.each(definitions().map(({ spec }) => spec.names.kind))("%s", (kind) => {
    const [, spec = ""] =
      /\n## spec\n([\s\S]*?)\n## status\n/.exec(read(`docs/reference/${kind.toLowerCase()}.md`)) ?? [];
    const rows = [...spec.matchAll(/^\| `.*$/gm)].map(([row]) => row.split(/(?<!\\)\|/).map((cell) => cell.trim()));
    expect(rows.length).toBeGreaterThan(5);
    const bare = rows.filter(([, , type, preset, , example]) => !type || !preset || !example).map(([, field]) => field);
    expect(bare).toEqual([]);
  });
});

test("docs/reasons.md has a section for every reason, in the order of src/api/conditions.ts, and for nothing else", () => {
  const sections = [...read("docs/reasons.md").matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  expect(sections).toEqual(Object.keys(reasons));
});

describe("every reason but Synced says what to do", () => {
  const sections = read("docs/reasons.md").split(/^## /m).slice(2);
  test.each(sections.map((section) => [section.split("\n")[0], section]))("%s", (_title, section) => {
    expect(section).toContain("**Do:**");
  });
});

describe("manifests in the docs fit the schema", () => {
  const manifests = pages.flatMap(manifestsIn);
  it("has some", () => expect(manifests.length).toBeGreaterThan(10));
  it("finds what does not", () => {
    const object = { apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue", spec: { data: [{ kye: "A" }] } };
    expect(schemaFindings({ where: "here", object })).not.toEqual([]);
  });
  test.each(manifests.map((manifest) => [manifest.where, manifest] as const))("%s", (_where, manifest) => {
    expect(schemaFindings(manifest)).toEqual([]);
  });
});

describe("links in the docs lead somewhere", () => {
  test.each(pages)("%s", (page) => {
    // In code, brackets are brackets.
    const prose = read(page)
      .replaceAll(/^ *```[\s\S]*?^ *```$/gm, "")
      .replaceAll(/`[^`\n]*`/g, "");
    const targets = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = ""]) => target.split("#")[0] ?? "");
    const local = targets.filter((target) => target !== "" && !/^[a-z]+:/.test(target));
    expect(local.filter((target) => !existsSync(join(root, dirname(page), target)))).toEqual([]);
  });
});

test("the kubectl output in the docs has the columns of the CustomResourceDefinition", () => {
  const definition = definitions().find(({ spec }) => spec.names.kind === "ExternalValue");
  const columns = definition?.spec.versions[0]?.additionalPrinterColumns?.map(({ name }) => name.toUpperCase());
  const headers = ["README.md", "docs/getting-started.md"].map((page) => /^NAME .*REASON.*$/m.exec(read(page))?.[0]);
  const expected = ["NAME", ...(columns ?? [])];
  expect(headers.map((header) => header?.split(/ {2,}/))).toEqual([expected, expected]);
});

test("the docs name every label and annotation that the operator knows", () => {
  const page = read("docs/reference/annotations-and-labels.md");
  const documented = [...page.matchAll(/`(externalvalues\.dev\/[a-z-]+)`/g)].map(([, name]) => name);
  const known = Object.values(names).filter((name) => name.startsWith("externalvalues.dev/"));
  expect(documented.sort()).toEqual(known.sort());
});

test("the README says of every field that is refused that it is not supported yet", () => {
  const [, notYet = ""] = /### Not yet\n([\s\S]*?)\n## /.exec(read("README.md")) ?? [];
  const missing = Object.values(unsupportedFields)
    .flat()
    .filter((field) => !notYet.includes(`\`${field}\``));
  expect(missing).toEqual([]);
});

test("docs/guides/templates.md names every filter", () => {
  const page = read("docs/guides/templates.md");
  expect([...filters.keys()].filter((name) => !new RegExp(`\`${name}[\`:]`).test(page))).toEqual([]);
});

describe("templates in the docs render", () => {
  // What the JSON of a `dataFrom` in the docs is said to hold.
  const expanded = ["username", "password", "host", "port"];
  const variables = (manifest: Manifest) => {
    const items = (manifest.object["spec"] as { readonly data?: readonly { readonly key: string }[] }).data ?? [];
    return [...items.map(({ key }) => key), ...expanded].map((key) => [key, "some text"] as const);
  };
  const templated = pages.flatMap(manifestsIn).filter(({ object }) => templatesOf(object["spec"]).length > 0);
  test.each(templated.map((manifest) => [manifest.where, manifest] as const))("%s", (_where, manifest) => {
    const templates = templatesOf(manifest.object["spec"]);
    const job = { templates, variables: variables(manifest), forbidden: [], uid: "uid" };
    expect(createRenderer()(job, () => undefined)).toMatchObject({ ok: true });
  });
});

function templatesOf(spec: unknown): readonly (readonly [string, string])[] {
  type Target = { readonly template?: { readonly data?: Readonly<Record<string, string>> } };
  const { secret, configMap } = spec as { readonly secret?: Target; readonly configMap?: Target };
  return [secret, configMap].flatMap((target) => Object.entries(target?.template?.data ?? {}));
}
