import { describe, expect, it, test } from "@jest/globals";
import { checkValue } from "./check-value.ts";
import { atLeastOne, atMostOne, exactlyOne } from "./rules.ts";
import { array, boolean, choice, type Infer, integer, map, object, optional, string, toJsonSchema } from "./schema.ts";

const sample = object(
  "A sample.",
  {
    name: string("A name.", { minLength: 2, maxLength: 4, pattern: "^[a-z😀]+$" }),
    kind: optional(choice("A kind.", ["One", "Two"])),
    size: optional(integer("A size.", { minimum: 1, maximum: 9 })),
    on: optional(boolean("A switch.")),
    list: optional(
      array("A list.", string("An item.", { maxLength: 3 }), { minItems: 1, maxItems: 2, listType: "set" }),
    ),
    labels: optional(map("A map.", string("A value.", { maxLength: 3 }), { maxProperties: 1 })),
  },
  { rules: [{ cel: "self.name != 'no'", message: "must not be no", holds: ({ name }) => name !== "no" }] },
);

interface Row {
  readonly reason: string;
  readonly value: unknown;
  readonly wrong: readonly string[];
}

describe("checkValue", () => {
  it.each<Row>([
    {
      reason: "everything in order",
      value: { name: "ab", kind: "One", size: 1, on: false, list: ["a"], labels: { a: "b" } },
      wrong: [],
    },
    { reason: "length is counted in code points", value: { name: "😀😀😀😀" }, wrong: [] },
    { reason: "no object", value: [], wrong: ["spec must be an object"] },
    { reason: "null is no object", value: null, wrong: ["spec must be an object"] },
    { reason: "nothing at all", value: undefined, wrong: ["spec must be an object"] },
    { reason: "a missing field", value: {}, wrong: ["spec.name must be set"] },
    { reason: "an unknown field", value: { name: "ab", nme: "x" }, wrong: ["spec.nme is not a field of this version"] },
    {
      reason: "a field that every object inherits",
      value: { name: "ab", toString: "x" },
      wrong: ["spec.toString is not a field of this version"],
    },
    { reason: "too short", value: { name: "a" }, wrong: ["spec.name must have at least 2 characters"] },
    { reason: "too long", value: { name: "abcde" }, wrong: ["spec.name must have at most 4 characters"] },
    { reason: "the wrong characters", value: { name: "AB" }, wrong: ["spec.name must match ^[a-z😀]+$"] },
    { reason: "not in the list", value: { name: "ab", kind: "Three" }, wrong: ["spec.kind must be one of One, Two"] },
    { reason: "too small", value: { name: "ab", size: 0 }, wrong: ["spec.size must be at least 1"] },
    { reason: "too large", value: { name: "ab", size: 10 }, wrong: ["spec.size must be at most 9"] },
    { reason: "a fraction", value: { name: "ab", size: 1.5 }, wrong: ["spec.size must be an integer"] },
    { reason: "text for a switch", value: { name: "ab", on: "true" }, wrong: ["spec.on must be true or false"] },
    { reason: "text for a list", value: { name: "ab", list: "a" }, wrong: ["spec.list must be a list"] },
    { reason: "an empty list", value: { name: "ab", list: [] }, wrong: ["spec.list must have at least 1 items"] },
    {
      reason: "too long a list",
      value: { name: "ab", list: ["a", "b", "c"] },
      wrong: ["spec.list must have at most 2 items"],
    },
    {
      reason: "a repeated item",
      value: { name: "ab", list: ["a", "a"] },
      wrong: ["spec.list[1] must not repeat another item"],
    },
    { reason: "a bad item", value: { name: "ab", list: ["a", 1] }, wrong: ["spec.list[1] must be a string"] },
    {
      reason: "too large a map",
      value: { name: "ab", labels: { a: "1", b: "2" } },
      wrong: ["spec.labels must have at most 1 entries"],
    },
    {
      reason: "a bad value in a map",
      value: { name: "ab", labels: { a: "long" } },
      wrong: ["spec.labels[a] must have at most 3 characters"],
    },
    {
      reason: "several at once",
      value: { name: "a", size: 0 },
      wrong: ["spec.name must have at least 2 characters", "spec.size must be at least 1"],
    },
    { reason: "a rule", value: { name: "no" }, wrong: ["spec must not be no"] },
    {
      reason: "rules only where the structure holds",
      value: { name: "no", size: 0 },
      wrong: ["spec.size must be at least 1"],
    },
  ])("$reason", ({ value, wrong }) => {
    expect(checkValue(sample, value, "spec").map(({ field, message }) => `${field} ${message}`)).toEqual(wrong);
  });
});

test("the type is inferred from the schema", () => {
  const value: Infer<typeof sample> = { name: "ab", kind: "One" };
  // @ts-expect-error: not one of the choices.
  const wrong: Infer<typeof sample> = { name: "ab", kind: "Three" };
  // @ts-expect-error: name must be there.
  const missing: Infer<typeof sample> = {};
  expect([value.name, wrong.kind, missing.name]).toEqual(["ab", "Three", undefined]);
});

test("the JSON schema has the same bounds", () => {
  expect(toJsonSchema(sample)).toMatchObject({
    type: "object",
    required: ["name"],
    properties: {
      name: { type: "string", minLength: 2, maxLength: 4 },
      kind: { type: "string", enum: ["One", "Two"] },
      list: { type: "array", "x-kubernetes-list-type": "set", items: { type: "string" } },
      labels: { type: "object", maxProperties: 1, additionalProperties: { type: "string" } },
    },
    "x-kubernetes-validations": [{ rule: "self.name != 'no'", message: "must not be no" }],
  });
});

describe("rules on which fields are there", () => {
  type Fields = { readonly a?: unknown; readonly b?: unknown; readonly c?: unknown };
  const all: readonly Fields[] = [
    {},
    { a: 1 },
    { b: 1 },
    { c: 1 },
    { a: 1, b: 1 },
    { a: 1, c: 1 },
    { b: 1, c: 1 },
    { a: 1, b: 1, c: 1 },
  ];

  it.each([
    { name: "exactly one of three", rule: exactlyOne<Fields>("a", "b", "c"), good: (count: number) => count === 1 },
    { name: "at most one of three", rule: atMostOne<Fields>("a", "b", "c"), good: (count: number) => count <= 1 },
    { name: "at least one of three", rule: atLeastOne<Fields>("a", "b", "c"), good: (count: number) => count >= 1 },
  ])("$name, in CEL as in the function", ({ rule, good }) => {
    for (const fields of all) {
      const expected = good(Object.keys(fields).length);
      expect({ fields, holds: rule.holds(fields) }).toEqual({ fields, holds: expected });
      expect({ fields, cel: evaluate(rule.cel, fields) }).toEqual({ fields, cel: expected });
    }
  });

  it("names all fields in its message", () => {
    expect(exactlyOne<Fields>("a", "b", "c").message).toBe("must have exactly one of a, b and c");
  });
});

/** These rules are made of has(), !, &&, ||, != and ?:, which JavaScript and CEL read alike. */
function evaluate(cel: string, fields: Readonly<Record<string, unknown>>): boolean {
  const literal = cel.replaceAll(/has\(self\.(\w+)\)/gu, (_, name: string) => String(fields[name] !== undefined));
  return Boolean(new Function(`return ${literal}`)());
}
