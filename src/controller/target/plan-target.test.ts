import { describe, expect, it } from "@jest/globals";
import { createFingerprinter } from "./fingerprint.ts";
import type { ObservedTarget, TargetMemo } from "./observation.ts";
import { type PlanContext, planTarget, type TargetPlan } from "./plan-target.ts";
import { claimant, composed, foreign, observed, target } from "./testing/samples.ts";

const fingerprinter = createFingerprinter(Buffer.from("key"));

const context = (fields: Partial<PlanContext> = {}): PlanContext => ({
  ...claimant(),
  fingerprinter,
  lastDataVersion: 0,
  ...fields,
});

const wanted = composed({ A: "1" });
const read = (object: ObservedTarget) => ({ kind: "read", object }) as const;
const absent = { kind: "absent" } as const;

/** The memo that a look at an object in order leaves. */
function memoOf(object = observed({ A: "1" }), more: Partial<PlanContext> = {}): TargetMemo {
  const plan = planTarget(wanted, read(object), context(more));
  if (plan.action !== "none") throw new Error(`in order, but ${plan.action}`);
  return plan.memo;
}

const unchanged = (memo = memoOf()) => ({ kind: "unchanged", memo }) as const;
const policy = (creationPolicy: "Owner" | "Orphan" | "Merge" | "CreateOrMerge", more = {}) => ({
  target: target({ creationPolicy, ...more }),
});

/** How, data version, whether data changed; or the failure's reason. */
function summary(plan: TargetPlan): string {
  if (plan.action === "write") return `${plan.how} ${plan.dataVersion}${plan.dataChanged ? " changed" : ""}`;
  return plan.action === "fail" ? plan.failure.reason : plan.action;
}

describe("an absent target", () => {
  it.each([
    { reason: "is created", by: {}, plan: "create 1 changed" },
    { reason: "is created under CreateOrMerge", by: policy("CreateOrMerge"), plan: "create 1 changed" },
    { reason: "must exist under Merge", by: policy("Merge"), plan: "TargetMissing" },
    { reason: "goes on counting after a start", by: { lastDataVersion: 4 }, plan: "create 5 changed" },
    {
      reason: "made again with the same data is no change",
      by: { lastMemo: memoOf(), lastDataVersion: 3 },
      plan: "create 3",
    },
    {
      reason: "made again after a start, of what the status says that it was made from, is no change",
      by: { sameInputs: (): boolean => true, lastDataVersion: 4 },
      plan: "create 4",
    },
    {
      reason: "made again after a start, of something else, is a change",
      by: { sameInputs: (): boolean => false, lastDataVersion: 4 },
      plan: "create 5 changed",
    },
    {
      reason: "is a change by memory, which knows more than the status",
      by: { lastMemo: { ...memoOf(), dataPrint: "other" }, sameInputs: (): boolean => true, lastDataVersion: 3 },
      plan: "create 4 changed",
    },
  ])("$reason", ({ by, plan }) => {
    expect(summary(planTarget(wanted, absent, context(by)))).toBe(plan);
  });
});

describe("a target that is as it was left", () => {
  const immutable = memoOf(observed({ A: "1" }, { immutable: true }), policy("Owner", { immutable: true }));
  it.each([
    { reason: "the same again", data: wanted, by: {}, memo: memoOf(), plan: "none" },
    { reason: "new data", data: composed({ A: "2" }), by: {}, memo: memoOf(), plan: "update 4 changed" },
    {
      reason: "new labels alone are no change of data",
      data: composed({ A: "1" }, { labels: { a: "b" } }),
      by: {},
      memo: memoOf(),
      plan: "update 3",
    },
    {
      reason: "another type",
      data: composed({ A: "1" }, { type: "example.com/other" }),
      by: {},
      memo: memoOf(),
      plan: "recreate 3",
    },
    {
      reason: "another type of an Orphan: looked at, and refused then",
      data: composed({ A: "1" }, { type: "example.com/other" }),
      by: policy("Orphan"),
      memo: memoOf(),
      plan: "observe",
    },
    {
      reason: "new data of an immutable one",
      data: composed({ A: "2" }),
      by: policy("Owner", { immutable: true }),
      memo: immutable,
      plan: "recreate 4 changed",
    },
    {
      reason: "new labels of an immutable one can be written",
      data: composed({ A: "1" }, { labels: { a: "b" } }),
      by: policy("Owner", { immutable: true }),
      memo: immutable,
      plan: "update 3",
    },
    { reason: "immutable no longer", data: wanted, by: {}, memo: immutable, plan: "recreate 3" },
    {
      reason: "a key more under Merge: somebody else may hold it",
      data: composed({ A: "1", B: "2" }),
      by: policy("Merge"),
      memo: memoOf(),
      plan: "observe",
    },
    {
      reason: "a key less under Merge: who else holds it decides what takes it away",
      data: composed({}),
      by: policy("Merge"),
      memo: memoOf(),
      plan: "observe",
    },
    { reason: "a key less", data: composed({}), by: {}, memo: memoOf(), plan: "update 4 changed" },
    {
      reason: "a key less and new labels: both in one go needs a look",
      data: composed({}, { labels: { a: "b" } }),
      by: {},
      memo: memoOf(),
      plan: "observe",
    },
    {
      reason: "a whole object that was merged into is not taken over unseen",
      data: composed({ A: "1" }, { labels: { a: "b" } }),
      by: policy("Owner"),
      memo: { ...memoOf(), merged: true },
      plan: "observe",
    },
  ])("$reason", ({ data, by, memo, plan }) => {
    expect(summary(planTarget(data, unchanged(memo), context({ ...by, lastMemo: memo })))).toBe(plan);
  });
});

describe("a target that was read", () => {
  it.each([
    { reason: "in order", object: observed({ A: "1" }), by: {}, plan: "none" },
    { reason: "being deleted", object: observed({ A: "1" }, { deleting: true }), by: {}, plan: "TargetMissing" },
    { reason: "somebody else's", object: foreign({ A: "1" }), by: {}, plan: "TargetConflict" },
    {
      reason: "edited since the last write: repaired",
      object: observed({ A: "x" }),
      by: { lastMemo: memoOf() },
      plan: "update 3",
    },
    { reason: "other data after a start", object: observed({ A: "x" }), by: {}, plan: "update 4 changed" },
    {
      reason: "edited while nobody looked, of what the status says that it was made from: repaired",
      object: observed({ A: "x" }),
      by: { sameInputs: (): boolean => true, lastDataVersion: 3 },
      plan: "update 3",
    },
    {
      reason: "ahead of the status: its data is not what the status knows",
      object: observed({ A: "x" }),
      by: { sameInputs: (): boolean => true, lastDataVersion: 2 },
      plan: "update 4 changed",
    },
    { reason: "a foreign key under Owner", object: observed({ A: "1", B: "x" }), by: {}, plan: "update 4 changed" },
    {
      reason: "the count was edited away: it never goes back",
      object: observed({ A: "x" }, { annotations: {} }),
      by: { lastDataVersion: 6 },
      plan: "update 7 changed",
    },
    {
      reason: "a count that is no number",
      object: observed({ A: "1" }, { annotations: { "externalvalues.dev/data-version": "-1" } }),
      by: { lastDataVersion: 6 },
      plan: "update 6",
    },
    {
      reason: "another type",
      object: observed({ A: "1" }, { type: "example.com/other" }),
      by: {},
      plan: "recreate 3",
    },
    {
      reason: "another type of an Orphan",
      object: observed({ A: "1" }, { type: "example.com/other" }),
      by: policy("Orphan"),
      plan: "TargetImmutable",
    },
    {
      reason: "an immutable one under Merge",
      object: foreign({ B: "x" }, { immutable: true }),
      by: policy("Merge"),
      plan: "TargetImmutable",
    },
    {
      reason: "a key given up under Merge that somebody else holds too: let go, and no change of data",
      object: observed(
        { A: "1", B: "2" },
        { ownerReferences: [], keyManagers: new Map([["B", ["external-values/checkout", "kubectl"]]]) },
      ),
      by: policy("Merge"),
      plan: "update 3",
    },
    {
      reason: "a key under Merge that somebody else holds alone",
      object: observed(
        { A: "1", B: "2" },
        { ownerReferences: [], keyManagers: new Map([["B", ["kubectl"]]]), appliedKeys: new Set(["A"]) },
      ),
      by: policy("Merge"),
      plan: "none",
    },
    { reason: "a foreign one under Merge", object: foreign({ B: "x" }), by: policy("Merge"), plan: "update 1 changed" },
    {
      reason: "written once",
      object: observed({ A: "edited" }),
      by: { leftAlone: new Set(["uid-target"]) },
      plan: "none",
    },
    {
      reason: "another one of that name, although one was written once",
      object: observed({ A: "edited" }),
      by: { leftAlone: new Set(["uid-before"]) },
      plan: "update 4 changed",
    },
  ])("$reason", ({ object, by, plan }) => {
    expect(summary(planTarget(wanted, read(object), context(by)))).toBe(plan);
  });

  it("is written with its uid and resourceVersion as preconditions", () => {
    const plan = planTarget(wanted, read(observed({ A: "x" })), context());
    expect(plan).toMatchObject({ live: { uid: "uid-target", resourceVersion: "7" } });
  });

  it.each([
    { reason: "foreign, merged into", object: foreign({}), by: policy("Merge"), merged: true },
    {
      reason: "known as made, then merged into",
      object: foreign({}),
      by: { ...policy("Merge"), knownUids: new Set(["uid-foreign"]) },
      merged: false,
    },
    { reason: "owned, then merged into", object: observed({}), by: policy("Merge"), merged: false },
  ])("is remembered as merged or not: $reason", ({ object, by, merged }) => {
    expect(planTarget(wanted, read(object), context(by))).toMatchObject({ merged });
  });

  it("says from whom a key is taken", () => {
    const plan = planTarget(wanted, read(foreign({ A: "x" })), context(policy("Merge")));
    expect(plan.action === "write" && [...plan.takenOver]).toEqual([["A", "kubectl"]]);
  });
});

describe("keys that go", () => {
  const adopting = { "externalvalues.dev/adopt": "checkout" };
  const ours = { A: ["external-values/checkout"], B: ["external-values/checkout"] };
  it.each<{ reason: string; object: ObservedTarget; by: Partial<PlanContext>; removes: object }>([
    {
      reason: "by the one request that counts the change",
      object: observed({ A: "x", B: "x" }),
      by: {},
      removes: { removes: ["B"] },
    },
    {
      reason:
        "first, together with the data and its count, where an adopted object is to be labelled and owned as well",
      object: foreign({ A: "x", B: "x" }, { annotations: adopting }),
      by: {},
      removes: { removes: ["B"], thenApplies: true },
    },
    {
      reason: "not at all, where an adopted object has none too many",
      object: foreign({ A: "x" }, { annotations: adopting }),
      by: {},
      removes: {},
    },
    {
      reason: "of ours alone under Merge, and the rest is applied",
      object: observed(
        { A: "x", B: "x", C: "x" },
        { keyManagers: new Map(Object.entries({ ...ours, C: ["kubectl"] })) },
      ),
      by: policy("Merge"),
      removes: { removes: ["B"], thenApplies: true },
    },
  ])("$reason", ({ object, by, removes }) => {
    const plan = planTarget(wanted, read(object), context(by));
    if (plan.action !== "write") throw new Error(plan.action);
    const { removes: keys, thenApplies } = plan;
    expect({ ...(keys ? { removes: keys } : {}), ...(thenApplies ? { thenApplies } : {}) }).toEqual(removes);
  });
});
