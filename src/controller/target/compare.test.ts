import { describe, expect, it } from "@jest/globals";
import { compareTarget } from "./compare.ts";
import { desiredShape } from "./desired.ts";
import { composed, fieldManager, foreign, observed, otherManager, owner, target } from "./testing/samples.ts";

function difference(
  object = observed({ A: "1" }),
  fields: Parameters<typeof target>[0] = {},
  data = composed({ A: "1" }),
) {
  const shape = desiredShape(target(fields), data, owner);
  return compareTarget(object, { composed: data, shape }, owner, fieldManager);
}

const same = { keys: [], shape: false, needsRecreate: false };
const merge = { creationPolicy: "Merge" } as const;
const heldBy = (...managers: string[]) => ({ keyManagers: new Map([["B", managers]]) });

describe("data", () => {
  it.each([
    { reason: "the same", object: observed({ A: "1" }), fields: {}, keys: [] },
    { reason: "changed", object: observed({ A: "2" }), fields: {}, keys: ["A"] },
    { reason: "missing", object: observed({}), fields: {}, keys: ["A"] },
    {
      reason: "a key too many under Owner, whoever holds it",
      object: observed({ A: "1", B: "x" }, heldBy("kubectl")),
      fields: {},
      keys: ["B"],
    },
    { reason: "a foreign key under Merge", object: foreign({ A: "1", B: "x" }), fields: merge, keys: [] },
    {
      reason: "a key of ours that is named no longer",
      object: foreign({ A: "1", B: "x" }, heldBy(fieldManager)),
      fields: merge,
      keys: ["B"],
    },
    {
      reason: "such a key that another holds too",
      object: foreign({ A: "1", B: "x" }, heldBy(fieldManager, otherManager)),
      fields: merge,
      keys: [],
    },
  ])("$reason", ({ object, fields, keys }) => {
    expect(difference(object, fields).keys).toEqual(keys);
  });

  it("is compared byte by byte, not as text", () => {
    const bytes = composed({ A: new Uint8Array([0xff]) });
    expect(difference(observed({ A: "\ufffd" }), {}, bytes).keys).toEqual(["A"]);
  });
});

describe("shape", () => {
  it.each([
    { reason: "in order", object: observed({ A: "1" }), fields: {}, differs: {} },
    {
      reason: "our label taken away",
      object: observed({ A: "1" }, { labels: {} }),
      fields: {},
      differs: { shape: true },
    },
    {
      reason: "foreign labels and annotations",
      object: observed(
        { A: "1" },
        {
          labels: { "externalvalues.dev/managed": "true", x: "y" },
          annotations: { "externalvalues.dev/data-version": "3", x: "y" },
        },
      ),
      fields: {},
      differs: {},
    },
    {
      reason: "a label of ours that is asked for no longer",
      object: observed({ A: "1" }, { ownLabels: new Set(["old"]) }),
      fields: {},
      differs: { shape: true },
    },
    {
      reason: "an annotation likewise",
      object: observed({ A: "1" }, { ownAnnotations: new Set(["old"]) }),
      fields: {},
      differs: { shape: true },
    },
    {
      reason: "no owner where one must be",
      object: observed({ A: "1" }, { ownerReferences: [] }),
      fields: {},
      differs: { shape: true },
    },
    {
      reason: "an owner where none must be",
      object: observed({ A: "1" }),
      fields: { creationPolicy: "CreateOrMerge" } as const,
      differs: { shape: true },
    },
    {
      reason: "another type",
      object: observed({ A: "1" }, { type: "x/y" }),
      fields: {},
      differs: { shape: true, needsRecreate: true },
    },
    {
      reason: "another type under Merge is theirs to choose",
      object: foreign({ A: "1" }, { type: "x/y", labels: { "externalvalues.dev/managed": "true" } }),
      fields: merge,
      differs: {},
    },
    {
      reason: "immutable no longer",
      object: observed({ A: "1" }, { immutable: true }),
      fields: {},
      differs: { shape: true, needsRecreate: true },
    },
    {
      reason: "immutable from now on",
      object: observed({ A: "1" }),
      fields: { immutable: true },
      differs: { shape: true },
    },
    {
      reason: "new data of an immutable one",
      object: observed({ A: "2" }, { immutable: true }),
      fields: { immutable: true },
      differs: { keys: ["A"], needsRecreate: true },
    },
    {
      reason: "immutable, and the same",
      object: observed({ A: "1" }, { immutable: true }),
      fields: { immutable: true },
      differs: {},
    },
  ])("$reason", ({ object, fields, differs }) => {
    expect(difference(object, fields)).toEqual({ ...same, ...differs });
  });
});
