import { describe, expect, it } from "@jest/globals";
import { holdersBelow, isHeldByAlone } from "./managed-fields.ts";

const entry = (manager: string, fields: object, operation: "Apply" | "Update" = "Apply") => ({
  manager,
  operation,
  fieldsV1: fields as Readonly<Record<string, unknown>>,
});

describe("who holds the fields below a path", () => {
  it.each([
    { reason: "nobody", entries: [], path: ["data"], holders: [] },
    {
      reason: "one who applied",
      entries: [entry("a", { "f:data": { "f:KEY": {}, ".": {} } })],
      path: ["data"],
      holders: [["KEY", ["a"]]],
    },
    {
      reason: "one who created by POST counts as well",
      entries: [entry("a", { "f:data": { "f:KEY": {} } }, "Update")],
      path: ["data"],
      holders: [["KEY", ["a"]]],
    },
    {
      reason: "one who did both counts once",
      entries: [entry("a", { "f:data": { "f:KEY": {} } }), entry("a", { "f:data": { "f:KEY": {} } }, "Update")],
      path: ["data"],
      holders: [["KEY", ["a"]]],
    },
    {
      reason: "two who applied the same value",
      entries: [entry("a", { "f:data": { "f:KEY": {} } }), entry("b", { "f:data": { "f:KEY": {} } })],
      path: ["data"],
      holders: [["KEY", ["a", "b"]]],
    },
    {
      reason: "deeper, with dots and slashes in the name",
      entries: [entry("a", { "f:metadata": { "f:labels": { "f:example.com/x.y": {} } } })],
      path: ["metadata", "labels"],
      holders: [["example.com/x.y", ["a"]]],
    },
    {
      reason: "what is not below the path",
      entries: [entry("a", { "f:type": {}, "f:data": {} })],
      path: ["data"],
      holders: [],
    },
    { reason: "fields that are no object", entries: [entry("a", { "f:data": null })], path: ["data"], holders: [] },
    { reason: "an entry without fields", entries: [{ manager: "a" }], path: ["data"], holders: [] },
  ])("$reason", ({ entries, path, holders }) => {
    expect([...holdersBelow(entries, path)]).toEqual(holders);
  });
});

it.each([
  { holders: ["a"], alone: true },
  { holders: ["a", "a"], alone: true },
  { holders: ["a", "b"], alone: false },
  { holders: ["b"], alone: false },
  { holders: [], alone: false },
  { holders: undefined, alone: false },
])("a field held by $holders is held by a alone: $alone", ({ holders, alone }) => {
  expect(isHeldByAlone(holders, "a")).toBe(alone);
});
