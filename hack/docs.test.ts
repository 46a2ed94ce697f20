import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "@jest/globals";
import { reasons } from "../src/api/conditions.ts";
import { unsupportedFields } from "../src/api/parsing/unsupported.ts";
import * as names from "../src/controller/target/names.ts";
import { documentationPages, manifestsIn, schemaFindings } from "./docs/manifests.ts";
import { definitions, generatedPages, read } from "./docs/pages.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const pages = documentationPages();

describe("generated pages are up to date: run `node hack/generate-docs.ts` when this fails", () => {
  test.each([...generatedPages()])("%s", (path, text) => {
    expect(existsSync(`${root}${path}`) ? read(path) : "missing").toBe(text);
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
