import { expect, test } from "@jest/globals";
import { floorOf, standardRefs } from "./workload.ts";

test("a thousand standard resources name 4,002 parameters and 1,000 secrets, 401 and 50 calls", () => {
  const refs = Array.from({ length: 1000 }, (_, resource) => standardRefs(resource)).flat();
  const distinct = (kind: string) =>
    new Set(refs.filter((ref) => ref.kind === kind).map((ref) => JSON.stringify(ref))).size;
  expect([distinct("parameter"), distinct("secret")]).toEqual([4002, 1000]);
  expect(floorOf(4002, 1000)).toBe(451);
});

test("pins are half of the own parameters and every second secret", () => {
  const pins = [0, 1].map((resource) =>
    standardRefs(resource, true).filter((ref) => "selector" in ref || "versionId" in ref),
  );
  expect(pins.map((refs) => refs.length)).toEqual([3, 2]);
});
