import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { fieldManagerFor } from "./field-manager.ts";
import { keyOwners, ownedKeys, updateTurnedIntoApply } from "./managed-fields.ts";
import type { KubernetesObject, ManagedFieldsEntry } from "./objects.ts";

const entry = (manager: string, operation: "Apply" | "Update", fieldsV1: object, subresource?: string) =>
  ({
    manager,
    operation,
    apiVersion: "v1",
    fieldsType: "FieldsV1",
    fieldsV1,
    ...(subresource ? { subresource } : {}),
  }) as ManagedFieldsEntry;
const held = (...managedFields: ManagedFieldsEntry[]): KubernetesObject => ({ metadata: { name: "a", managedFields } });
const data = (...keys: string[]) => ({
  "f:data": { ".": {}, ...Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) },
});

describe("who holds which key", () => {
  const object = held(
    entry("M", "Apply", { ...data("a", "f:odd", "."), "f:binaryData": { "f:b": {} } }),
    entry("M", "Update", data("c")),
    entry("kubectl", "Update", { ...data("a", "x"), "f:type": {} }),
    entry("status", "Update", data("z"), "status"),
    entry("labels", "Apply", { "f:metadata": { "f:labels": { "f:data": {} } } }),
  );

  it.each([
    { manager: "M", keys: ["a", "f:odd", ".", "b", "c"] },
    { manager: "kubectl", keys: ["a", "x"] },
    { manager: "labels", keys: [] },
    { manager: "nobody", keys: [] },
  ])("$manager: $keys", ({ manager, keys }) => {
    expect([...ownedKeys(object, manager)].sort()).toEqual([...keys].sort());
  });

  it("names all holders of a key", () => {
    const owners = keyOwners(object);
    expect(owners.get("a")).toEqual([
      { manager: "M", operation: "Apply" },
      { manager: "kubectl", operation: "Update" },
    ]);
    expect([...owners.keys()].sort()).toEqual([".", "a", "b", "c", "f:odd", "x"]);
  });

  it("is nobody where the managed fields are missing", () => {
    expect(ownedKeys({ metadata: { name: "a" } }, "M").size).toBe(0);
    expect(keyOwners({ metadata: { name: "a" } }).size).toBe(0);
  });
});

describe("what a POST made, handed over to the apply", () => {
  it.each([
    { reason: "nothing by Update", before: [entry("M", "Apply", data("a"))], after: undefined },
    { reason: "the Update of another", before: [entry("other", "Update", data("a"))], after: undefined },
    { reason: "a subresource", before: [entry("M", "Update", data("a"), "status")], after: undefined },
    {
      reason: "an Update alone",
      before: [entry("M", "Update", data("a")), entry("other", "Update", data("z"))],
      after: [entry("other", "Update", data("z")), entry("M", "Apply", data("a"))],
    },
    {
      reason: "both",
      before: [entry("M", "Apply", data("b")), entry("M", "Update", { ...data("a", "b"), "f:type": {} })],
      after: [entry("M", "Apply", { ...data("b", "a"), "f:type": {} })],
    },
  ])("$reason", ({ before, after }) => {
    expect(updateTurnedIntoApply(held(...before), "M")).toEqual(after);
  });
});

describe("fieldManagerFor", () => {
  it.each([
    { name: "checkout", expected: "external-values/checkout" },
    { name: "x".repeat(112), expected: `external-values/${"x".repeat(112)}` },
  ])("$expected", ({ name, expected }) => {
    expect(fieldManagerFor(name)).toBe(expected);
  });

  it("stays within 128 characters and tells names apart", () => {
    const name = fc.string({ minLength: 1, maxLength: 253, unit: fc.constantFrom("a", "b", "-", ".") });
    fc.assert(
      fc.property(name, name, (one, other) => {
        expect(fieldManagerFor(one).length).toBeLessThanOrEqual(128);
        expect(fieldManagerFor(one) === fieldManagerFor(other)).toBe(one === other);
        expect(fieldManagerFor(`${"x".repeat(200)}${one}`) === fieldManagerFor(`${"x".repeat(200)}${other}`)).toBe(
          one === other,
        );
      }),
    );
  });
});
