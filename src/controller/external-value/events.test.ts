import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Condition } from "../../api/conditions.ts";
import { desiredShape } from "../target/desired.ts";
import type { TargetWrite } from "../target/plan-target.ts";
import { composed, owner, target } from "../target/testing/samples.ts";
import type { TargetDecision } from "./decide.ts";
import { recordOutcome, recordRestart, recordWrite } from "./events.ts";
import { emptyStatus, type StatusModel } from "./status-model.ts";

const about = { metadata: { name: "checkout" } };
let told: string[];
const events = {
  record: (_about: unknown, { type, reason, message }: { type: string; reason: string; message: string }) =>
    void told.push(`${type} ${reason}: ${message}`),
};

beforeEach(() => {
  told = [];
});

const condition = (type: Condition["type"], is: Condition["status"], reason: string): Condition => ({
  type,
  status: is,
  reason,
  message: `${reason} it is`,
});
const status = (ready?: Condition, degraded?: Condition): StatusModel => ({
  ...emptyStatus,
  conditions: [ready, degraded].filter((one) => one !== undefined),
});
const good = condition("Ready", "True", "Synced");
const missing = condition("Ready", "False", "ValueNotFound");
const degraded = condition("Degraded", "True", "Throttled");

describe("an Event where Ready or Degraded turned, none where nothing happened", () => {
  it.each([
    { reason: "the first sync", before: status(), after: status(good), is: [] },
    { reason: "nothing", before: status(good), after: status(good), is: [] },
    {
      reason: "a failure",
      before: status(good),
      after: status(missing),
      is: ["Warning ValueNotFound: ValueNotFound it is"],
    },
    {
      reason: "a failure at first",
      before: status(),
      after: status(missing),
      is: ["Warning ValueNotFound: ValueNotFound it is"],
    },
    { reason: "the same failure again", before: status(missing), after: status(missing), is: [] },
    {
      reason: "another failure",
      before: status(missing),
      after: status(condition("Ready", "False", "AccessDenied")),
      is: ["Warning AccessDenied: AccessDenied it is"],
    },
    { reason: "recovery", before: status(missing), after: status(good), is: ["Normal Recovered: Synced it is"] },
    {
      reason: "Degraded",
      before: status(good),
      after: status(good, degraded),
      is: ["Warning Throttled: Throttled it is"],
    },
    { reason: "still Degraded", before: status(good, degraded), after: status(good, degraded), is: [] },
  ])("$reason", ({ before, after, is }) => {
    recordOutcome(after, before, about, events);
    expect(told).toEqual(is);
  });
});

describe("an Event for each write", () => {
  const selection = { keys: [], blocked: [], kept: [], degraded: [], allGone: false };
  const memo = {
    uid: "u",
    resourceVersion: "1",
    dataPrint: "",
    shapePrint: "",
    dataVersion: 4,
    keys: new Set<string>(),
    type: "",
    immutable: false,
    merged: false,
  };
  const written = (fields: Partial<TargetWrite> = {}): TargetDecision => {
    const data = composed({ A: "a secret value", B: "2" });
    const plan = {
      action: "write",
      how: "update",
      composed: data,
      shape: desiredShape(target(), data, owner),
      dataVersion: 4,
      dataChanged: true,
      prints: { dataPrint: "", shapePrint: "" },
      merged: false,
      takenOver: new Map<string, string>(),
      ...fields,
    } as const;
    return { kind: "planned", target: target(), selection, composed: data, plan };
  };

  it.each<{ plan: Partial<TargetWrite>; is: string }>([
    { plan: { how: "create" }, is: "Normal Created: Secret/checkout: 2 keys, data version 4" },
    { plan: { how: "update" }, is: "Normal Updated: Secret/checkout: 2 keys, data version 4" },
    { plan: { how: "recreate" }, is: "Normal Recreated: Secret/checkout: 2 keys, data version 4" },
    { plan: { how: "update", dataChanged: false }, is: "Normal Repaired: Secret/checkout: 2 keys, data version 4" },
    {
      plan: { takenOver: new Map([["A", "helm"]]) },
      is: "Normal Updated: Secret/checkout: 2 keys, data version 4; took over A from helm",
    },
  ])("$is", ({ plan, is }) => {
    recordWrite(written(plan), memo, about, events);
    expect(told).toEqual([is]);
  });

  it("and none where nothing was written", () => {
    recordWrite({ kind: "frozen", target: target(), selection, failures: [] }, memo, about, events);
    recordWrite(
      { kind: "planned", target: target(), selection, composed: composed({}), plan: { action: "none", memo } },
      memo,
      about,
      events,
    );
    expect(told).toEqual([]);
  });

  it("and one for each workload that was restarted", () => {
    recordRestart({ kind: "Deployment", name: "app" }, 4, about, events);
    expect(told).toEqual(["Normal Restarted: Deployment/app: restarted for data version 4"]);
  });
});
