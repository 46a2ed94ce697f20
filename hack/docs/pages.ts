import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parse } from "yaml";
import { unsupportedFields } from "../../src/api/parsing/unsupported.ts";
import { controllerCommand } from "../../src/cli/controller.ts";
import { chartValuesTable } from "./chart-values.ts";
import { commandLineReference } from "./command-line-reference.ts";
import { fieldExamples } from "./field-examples.ts";
import { type CustomResourceDefinition, fieldReference } from "./field-reference.ts";
import { metricsReference } from "./metrics-reference.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const chartReadme = "charts/external-values/README.md";
const marks = /(<!-- values: .*? -->\n)[\s\S]*?(<!-- end of values -->)/;

export function read(path: string): string {
  return readFileSync(`${root}${path}`, "utf8");
}

const unsupported: Readonly<Record<string, readonly string[]>> = unsupportedFields;

/** Every page that is generated, wholly or in part: its path in the repository and what must stand in it. */
export function generatedPages(): ReadonlyMap<string, string> {
  const table = chartValuesTable(read("charts/external-values/values.yaml"));
  const pages = new Map([
    [chartReadme, read(chartReadme).replace(marks, `$1\n${table.replaceAll("$", "$$$$")}\n\n$2`)],
  ]);
  const example = fieldExamples(root, read);
  for (const definition of definitions()) {
    const { kind } = definition.spec.names;
    pages.set(
      `docs/reference/${kind.toLowerCase()}.md`,
      fieldReference(definition, { example, unsupported: unsupported[kind] ?? [] }),
    );
  }
  pages.set("docs/reference/command-line.md", commandLineReference([controllerCommand()]));
  pages.set("docs/reference/metrics.md", metricsReference(sources()));
  return pages;
}

function sources(): readonly string[] {
  const files = readdirSync(`${root}src`, { recursive: true }).map(String);
  return files
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
    .sort()
    .map((file) => read(`src/${file}`));
}

/** The CustomResourceDefinitions of crds/. */
export function definitions(): readonly CustomResourceDefinition[] {
  const files = readdirSync(`${root}crds`).filter((file) => file.endsWith(".yaml"));
  return files.sort().map((file) => parse(read(`crds/${file}`)) as CustomResourceDefinition);
}
