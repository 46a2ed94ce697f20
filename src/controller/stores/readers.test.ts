import { expect, it } from "@jest/globals";
import type { Recipe } from "../../aws/recipe.ts";
import { readerId } from "./readers.ts";

const recipe: Recipe = { base: { kind: "operator" }, hops: [], region: "eu-west-1", endpoints: {} };
const plain = { failoverRegions: [] };

it("names a reader by the kind of its identity and 128 bits of its recipe", () => {
  expect(readerId(recipe, plain)).toMatch(/^operator-[0-9a-f]{32}$/);
});

it("tells readers apart by everything that they read with", () => {
  const ids = [
    readerId(recipe, plain),
    readerId({ ...recipe, region: "eu-central-1" }, plain),
    readerId({ ...recipe, endpoints: { sts: "https://sts.example" } }, plain),
    readerId(recipe, { failoverRegions: ["eu-central-1"] }),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});
