import { expect, it, test } from "@jest/globals";
import fc from "fast-check";
import type { TargetRow } from "../external-value/status-model.ts";
import { combinedDataVersion } from "./data-version.ts";

const row = (name: string, dataVersion: number, kind: TargetRow["kind"] = "Secret"): TargetRow => ({
  kind,
  name,
  uid: "u",
  resourceVersion: "1",
  dataVersion,
});

it.each([
  {
    reason: "first count: the sum",
    counted: undefined,
    before: [],
    after: [row("a", 1), row("a", 1, "ConfigMap")],
    is: 2,
  },
  { reason: "rows from before it was counted", counted: undefined, before: [row("a", 4)], after: [row("a", 4)], is: 4 },
  { reason: "nothing changed", counted: 6, before: [row("a", 4)], after: [row("a", 4)], is: 6 },
  { reason: "one target changed", counted: 6, before: [row("a", 4)], after: [row("a", 5)], is: 7 },
  { reason: "a target removed", counted: 6, before: [row("a", 4), row("b", 2)], after: [row("a", 4)], is: 6 },
  { reason: "renamed: the new one is a change", counted: 6, before: [row("a", 4)], after: [row("b", 1)], is: 7 },
  { reason: "an annotation edited back", counted: 6, before: [row("a", 4)], after: [row("a", 1)], is: 6 },
])("$reason", ({ counted, before, after, is }) => {
  expect(combinedDataVersion(counted, before, after)).toBe(is);
});

const rows = fc.uniqueArray(
  fc.record({ name: fc.constantFrom("a", "b", "c"), dataVersion: fc.integer({ min: 1, max: 50 }) }),
  { selector: ({ name }) => name },
);

test("it never goes back, and grows whenever a target's own count has grown", () => {
  fc.assert(
    fc.property(fc.nat(100), rows, rows, (counted, before, after) => {
      const version = combinedDataVersion(
        counted,
        before.map(({ name, dataVersion }) => row(name, dataVersion)),
        after.map(({ name, dataVersion }) => row(name, dataVersion)),
      );
      const grown = after.some(
        ({ name, dataVersion }) => dataVersion > (before.find((entry) => entry.name === name)?.dataVersion ?? 0),
      );
      expect(version).toBeGreaterThanOrEqual(counted);
      expect(version > counted).toBe(grown);
    }),
  );
});
