import { describe, expect, it, test } from "@jest/globals";
import { resources } from "../resources.ts";
import type { Schema } from "../schema/schema.ts";
import { findUnsupported, unsupportedFields } from "./unsupported.ts";

describe("findUnsupported", () => {
  const object = { spec: { restart: [], data: [{ key: "A" }, { key: "B", tag: "owner" }], suspend: false } };

  it.each([
    { name: "finds a field, whatever its value", path: "spec.suspend", fields: ["spec.suspend"] },
    { name: "finds an empty list", path: "spec.restart", fields: ["spec.restart"] },
    { name: "looks into each item", path: "spec.data[].tag", fields: ["spec.data[1].tag"] },
    { name: "finds every item", path: "spec.data[].key", fields: ["spec.data[0].key", "spec.data[1].key"] },
    { name: "passes what is not set", path: "spec.secret.type", fields: [] },
    { name: "passes a list that is none", path: "spec.suspend[].key", fields: [] },
  ])("$name: $path", ({ path, fields }) => {
    expect(findUnsupported("ExternalValue", object, [path])).toEqual(
      fields.map((field) => ({ field, message: "is not supported yet" })),
    );
  });
});

test.each(Object.entries(unsupportedFields))("every unsupported field of %s is one of its schema", (kind, paths) => {
  const spec = resources.find((resource) => resource.kind === kind)?.spec;
  const unknown = paths.filter((path: string) => !schemaAt(spec, path.split(".").slice(1)));
  expect(unknown).toEqual([]);
});

function schemaAt(
  schema: Schema<unknown> | undefined,
  [segment, ...rest]: readonly string[],
): Schema<unknown> | undefined {
  if (segment === undefined) return schema;
  const child = schema?.properties?.[segment.replace("[]", "")];
  return schemaAt(segment.endsWith("[]") ? child?.items : child, rest);
}
