import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it, test } from "@jest/globals";
import { parseAllDocuments } from "yaml";
import { refusedManifests } from "../../test/e2e/crds-refused.ts";
import { resources } from "./resources.ts";
import { checkValue } from "./schema/check-value.ts";
import type { JsonSchema } from "./schema/json-schema.ts";
import { type Schema, toJsonSchema } from "./schema/schema.ts";

const specOf = (kind: string): Schema<unknown> => {
  const resource = resources.find((candidate) => candidate.kind === kind);
  if (!resource) throw new Error(`there is no ${kind}`);
  return resource.spec;
};

describe("what must be refused", () => {
  it.each(refusedManifests)("$kind: $name", ({ kind, spec, field, message }) => {
    expect(checkValue(specOf(kind), spec, "spec")).toContainEqual({ field, message });
  });

  it.each(resources.map(({ kind, spec }) => ({ kind, spec })))("every rule of $kind has a manifest", ({ spec }) => {
    const covered = new Set(refusedManifests.map(({ message }) => message));
    expect(
      nodesOf(toJsonSchema(spec))
        .flatMap(messagesOf)
        .filter((message) => !covered.has(message)),
    ).toEqual([]);
  });
});

describe("examples", () => {
  const directory = fileURLToPath(new URL("../../examples/", import.meta.url));
  const documents = readdirSync(directory)
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) =>
      parseAllDocuments(readFileSync(`${directory}${file}`, "utf8")).map((document) => ({
        file,
        object: document.toJS(),
      })),
    );

  it.each(documents)("$file: $object.kind/$object.metadata.name is good", ({ object }) => {
    expect(checkValue(specOf(object.kind), object.spec, "spec")).toEqual([]);
  });

  it.each(resources)("show every field of $kind", ({ spec }) => {
    const shown = new Set(documents.flatMap(({ object }) => namesIn(object.spec)));
    expect(fieldsOf(spec).filter((name) => !shown.has(name))).toEqual([]);
  });
});

describe("the schemas", () => {
  const nodes = resources.flatMap(({ kind, spec, status }) => [
    ...nodesOf(toJsonSchema(spec)).map((node) => ({ kind, node })),
    ...nodesOf(toJsonSchema(status)).map((node) => ({ kind, node })),
  ]);

  test("bound every list, map and string, so that rules fit the API server's budget", () => {
    expect(
      nodes.filter(({ node }) => !isBounded(node)).map(({ kind, node }) => `${kind}: ${node.description}`),
    ).toEqual([]);
  });

  test("describe every field", () => {
    expect(nodes.filter(({ node }) => !node.description)).toEqual([]);
  });

  test("say of each rule what must be", () => {
    expect(nodes.flatMap(({ node }) => messagesOf(node)).filter((message) => !message.startsWith("must "))).toEqual([]);
  });

  test.each(resources)("$kind has no defaults in spec, which would show as drift", ({ spec }) => {
    expect(nodesOf(toJsonSchema(spec)).filter((node) => node.default !== undefined)).toEqual([]);
  });

  test.each(resources)("$kind says in its default status that nobody has looked at it yet", ({ status }) => {
    expect(toJsonSchema(status).default).toEqual({ observedGeneration: -1 });
  });

  test.each(resources)("the status of $kind has no rules, which would be paid on each write", ({ status }) => {
    expect(nodesOf(toJsonSchema(status)).filter((node) => node.pattern || node["x-kubernetes-validations"])).toEqual(
      [],
    );
  });
});

function nodesOf(node: JsonSchema): JsonSchema[] {
  const children = [...Object.values(node.properties ?? {}), node.items, node.additionalProperties];
  return [node, ...children.filter((child) => child !== undefined).flatMap(nodesOf)];
}

function messagesOf(node: JsonSchema): string[] {
  return (node["x-kubernetes-validations"] ?? []).map(({ message }) => message);
}

function isBounded(node: JsonSchema): boolean {
  if (node.type === "string") return node.maxLength !== undefined || node.enum !== undefined;
  if (node.type === "array") return node.maxItems !== undefined;
  return !node.additionalProperties || node.maxProperties !== undefined;
}

/** Names of all fields of a schema. */
function fieldsOf({ items, properties = {} }: Schema<unknown>): string[] {
  if (items) return fieldsOf(items);
  return Object.entries(properties).flatMap(([name, child]) => [name, ...fieldsOf(child)]);
}

/** Names of all fields in a manifest. */
function namesIn(value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => [name, ...namesIn(child)]);
}
