import { describe, expect, it } from "@jest/globals";
import { grantedTo } from "./rules.ts";

describe("a rule with a selector", () => {
  const absent = { matchExpressions: [{ key: "restricted", operator: "DoesNotExist" as const }] };
  const rules = [{ namespaces: { names: [], selector: absent }, patterns: { parameterStore: ["/*"] } }];

  it.each<{ reason: string; labels: Record<string, string> | undefined; granted: string[] }>([
    { reason: "the label is not there", labels: {}, granted: ["/*"] },
    { reason: "the label is there", labels: { restricted: "true" }, granted: [] },
    { reason: "nobody knows the labels yet", labels: undefined, granted: [] },
  ])("grants $granted where $reason", ({ labels, granted }) => {
    expect(grantedTo(rules, { name: "shop", labels }, "parameterStore").patterns).toEqual(granted);
  });
});
