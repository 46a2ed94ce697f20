import { expect, it } from "@jest/globals";
import type { LabelSelector } from "../../api/model.ts";
import { matchesSelector } from "./label-selector.ts";

const labels = { team: "shop", tier: "gold" };

it.each<[string, LabelSelector, boolean]>([
  ["an empty selector fits everything", {}, true],
  ["all of matchLabels", { matchLabels: { team: "shop", tier: "gold" } }, true],
  ["one of matchLabels differs", { matchLabels: { team: "shop", tier: "silver" } }, false],
  ["a label that only the prototype has", { matchLabels: { toString: "x" } }, false],
  ["In", { matchExpressions: [{ key: "team", operator: "In", values: ["shop", "pay"] }] }, true],
  ["In, not there", { matchExpressions: [{ key: "zone", operator: "In", values: ["a"] }] }, false],
  ["NotIn", { matchExpressions: [{ key: "team", operator: "NotIn", values: ["shop"] }] }, false],
  ["NotIn, not there", { matchExpressions: [{ key: "zone", operator: "NotIn", values: ["a"] }] }, true],
  ["Exists", { matchExpressions: [{ key: "team", operator: "Exists" }] }, true],
  ["Exists, not there", { matchExpressions: [{ key: "zone", operator: "Exists" }] }, false],
  ["DoesNotExist", { matchExpressions: [{ key: "team", operator: "DoesNotExist" }] }, false],
  ["DoesNotExist, not there", { matchExpressions: [{ key: "zone", operator: "DoesNotExist" }] }, true],
  [
    "both parts count",
    { matchLabels: { team: "shop" }, matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] },
    false,
  ],
])("%s", (_name, selector, expected) => {
  expect(matchesSelector(selector, labels)).toBe(expected);
});
