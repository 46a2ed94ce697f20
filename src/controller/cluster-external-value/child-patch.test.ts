import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { fanOutFieldManager, newChild } from "./child.ts";
import { childPatch, differenceOf } from "./child-patch.ts";
import type { FanOutModel } from "./fan-out-model.ts";

const model: FanOutModel = {
  name: "db",
  uid: "parent",
  generation: 1,
  selectors: [],
  namespaces: ["a"],
  child: { name: "db", labels: { kept: "1" }, annotations: {}, spec: { refreshInterval: "5m" } },
  stores: [],
};

/** RFC 7386, as the API server does it. */
function merge(from: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const result = new Map(Object.entries(typeof from === "object" && from !== null && !Array.isArray(from) ? from : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) result.delete(name);
    else result.set(name, merge(result.get(name), value));
  }
  return Object.fromEntries(result);
}

const value = fc.letrec((tie) => ({
  node: fc.oneof({ maxDepth: 3 }, fc.string(), fc.integer(), fc.boolean(), tie("list"), tie("record")),
  list: fc.array(tie("node"), { maxLength: 3 }),
  record: fc.dictionary(fc.constantFrom("a", "b", "c"), tie("node")),
})).record;

test("the difference of two objects, merged into the first, makes the second", () => {
  fc.assert(
    fc.property(value, value, (from, to) => {
      expect(merge(from, differenceOf(from, to))).toEqual(to);
    }),
  );
});

describe("childPatch", () => {
  const made = newChild(model, "a");
  const live = {
    ...made,
    spec: { refreshInterval: "1h", suspend: true },
    metadata: {
      ...made.metadata,
      uid: "u1",
      resourceVersion: "7",
      labels: { kept: "0", former: "1", foreign: "1" },
      managedFields: [
        {
          manager: fanOutFieldManager,
          operation: "Update" as const,
          fieldsV1: { "f:metadata": { "f:labels": { "f:kept": {}, "f:former": {} } } },
        },
        { manager: "kubectl", fieldsV1: { "f:metadata": { "f:labels": { "f:foreign": {} } } } },
      ],
    },
  };

  it("writes what is asked for, takes away what was ours, leaves what is others', in exactly that state", () => {
    expect(childPatch(live, model)).toMatchObject({
      metadata: { uid: "u1", resourceVersion: "7", labels: { kept: "1", former: null } },
      spec: { refreshInterval: "5m", suspend: null },
    });
    expect(childPatch(live, model)).not.toHaveProperty("metadata.labels.foreign");
  });
});
