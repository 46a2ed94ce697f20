import { expect, it } from "@jest/globals";
import { type FailingNamespace, fanOutStatus, refusedStatus } from "./fan-out-status.ts";

const failing = (namespace: string, reason: string): FailingNamespace => ({ namespace, reason, message: "why" });
const facts = { generation: 2, matching: 3, ready: 3, failing: [], absent: [] };

it.each([
  {
    reason: "all ready",
    facts,
    is: { status: "True", reason: "Synced", message: "3 of 3 namespaces ready" },
    stalled: "False",
  },
  {
    reason: "none matches: that is what was asked for",
    facts: { ...facts, matching: 0, ready: 0 },
    is: { status: "True", reason: "Synced", message: "0 of 0 namespaces ready" },
    stalled: "False",
  },
  {
    reason: "one not looked at yet",
    facts: { ...facts, ready: 2 },
    is: { status: "Unknown", reason: "Progressing", message: "2 of 3 namespaces ready" },
    stalled: "False",
  },
  {
    reason: "one that may heal",
    facts: { ...facts, ready: 2, failing: [failing("b", "ValueNotFound")] },
    is: {
      status: "False",
      reason: "ValueNotFound",
      message: "2 of 3 namespaces ready; failing: b (ValueNotFound)",
    },
    stalled: "False",
  },
  {
    reason: "what needs an edit before what may heal",
    facts: { ...facts, ready: 1, failing: [failing("a", "ValueNotFound"), failing("b", "TargetConflict")] },
    is: { status: "False", reason: "TargetConflict" },
    stalled: "True",
  },
  {
    reason: "a namespace named and not there",
    facts: { ...facts, absent: ["later"] },
    is: { status: "True", message: "3 of 3 namespaces ready; not there yet: later" },
    stalled: "False",
  },
])("$reason", ({ facts: given, is, stalled }) => {
  const { conditions, observedGeneration } = fanOutStatus(given);
  expect(observedGeneration).toBe(2);
  expect(conditions.map(({ type }) => type)).toEqual(["Ready", "Stalled", "Degraded"]);
  expect(conditions[0]).toMatchObject(is);
  expect(conditions[1]).toMatchObject({ status: stalled });
});

it("names fifty of a thousand that fail, and counts all", () => {
  const many = Array.from({ length: 1_000 }, (_, index) => failing(`n${index}`, "AccessDenied"));
  const status = fanOutStatus({ ...facts, matching: 1_000, ready: 0, failing: many });
  expect(status.namespaces).toEqual({ matching: 1_000, ready: 0, failing: 1_000 });
  expect(status.failing).toHaveLength(50);
  expect(status.conditions[0]?.message).toBe(
    "0 of 1000 namespaces ready; failing: n0 (AccessDenied), n1 (AccessDenied), n2 (AccessDenied) and 997 more",
  );
});

it("keeps the messages of namespaces within what the API server takes", () => {
  const long = { ...failing("a", "ValueInvalid"), message: "x".repeat(5_000) };
  expect(fanOutStatus({ ...facts, failing: [long] }).failing[0]?.message.length).toBeLessThanOrEqual(1_024);
});

it("keeps the counts where the spec is refused", () => {
  const before = fanOutStatus(facts);
  const status = refusedStatus(3, { reason: "SpecInvalid", message: "spec.x must be y" }, before);
  expect(status).toMatchObject({ observedGeneration: 3, namespaces: before.namespaces });
  expect(status.conditions[1]).toMatchObject({ type: "Stalled", status: "True", reason: "SpecInvalid" });
});
