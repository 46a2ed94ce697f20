import { describe, expect, it } from "@jest/globals";
import { type Condition, type Failure, reasons } from "../../api/conditions.ts";
import { conditionsOf, type Summary, suspendedConditions } from "./conditions.ts";

const failure = (reason: Failure["reason"], message: string = reason): Failure => ({ reason, message });
const summary = (fields: Partial<Summary>): Summary => ({
  failures: [],
  degraded: [],
  promiseBroken: false,
  targetsStand: true,
  syncedMessage: "1 key in Secret/checkout",
  previous: [],
  ...fields,
});

/** `True Synced, False, False`: Ready with its reason, Stalled, Degraded. */
function brief(conditions: readonly Condition[]): string {
  const [ready, stalled, degraded] = conditions;
  expect(conditions.map(({ type }) => type)).toEqual(["Ready", "Stalled", "Degraded"]);
  return `${ready?.status} ${ready?.reason}, ${stalled?.status}, ${degraded?.status}`;
}

const synced = conditionsOf(summary({}));
const kindOf = (wanted: string) =>
  Object.entries(reasons).flatMap(([reason, kind]) =>
    kind === wanted ? [{ reason: reason as Failure["reason"] }] : [],
  );

describe("the table of conditions", () => {
  it("no trouble", () => {
    expect(brief(synced)).toBe("True Synced, False, False");
    expect(synced[0]?.message).toBe("1 key in Secret/checkout");
  });

  it.each(kindOf("edit"))("waiting cannot help: $reason", ({ reason }) => {
    expect(brief(conditionsOf(summary({ failures: [failure(reason)], previous: synced })))).toBe(
      `False ${reason}, True, False`,
    );
  });

  it.each([...kindOf("heal"), ...kindOf("bug")])("may heal by itself: $reason", ({ reason }) => {
    expect(brief(conditionsOf(summary({ failures: [failure(reason)], previous: synced })))).toBe(
      `False ${reason}, False, False`,
    );
  });

  it.each(kindOf("wait"))(
    "a wait, $reason: unchanged while the promise holds, then Degraded, False without a target",
    ({ reason }) => {
      const failures = [failure(reason)];
      expect(conditionsOf(summary({ failures, previous: synced }))).toEqual(synced);
      expect(brief(conditionsOf(summary({ failures, previous: synced, promiseBroken: true })))).toBe(
        "True Synced, False, True",
      );
      expect(brief(conditionsOf(summary({ failures, previous: synced, targetsStand: false })))).toBe(
        `False ${reason}, False, False`,
      );
      expect(brief(conditionsOf(summary({ failures, previous: [] })))).toBe(`False ${reason}, False, False`);
    },
  );

  it("a wait keeps a Ready that was False, and what stalled it", () => {
    const previous = conditionsOf(summary({ failures: [failure("SpecInvalid")] }));
    expect(conditionsOf(summary({ failures: [failure("Throttled")], previous }))).toEqual(previous);
  });

  it("what is not fresh is Degraded, and Ready", () => {
    expect(brief(conditionsOf(summary({ degraded: [failure("AwsUnavailable")] })))).toBe("True Synced, False, True");
  });
});

describe("messages", () => {
  it("begin with what the user must act on, whatever else waits", () => {
    const failures = [failure("Throttled", "a"), failure("ValueNotFound", "b"), failure("KeyConflict", "c")];
    expect(conditionsOf(summary({ failures }))[0]).toMatchObject({ reason: "KeyConflict", message: "c; a; b" });
  });

  it("name three, and count the rest", () => {
    const failures = ["a", "b", "c", "d", "e"].map((text) => failure("ValueNotFound", text));
    expect(conditionsOf(summary({ failures }))[0]?.message).toBe("a; b; c; and 2 more");
  });

  it("say a thing once", () => {
    expect(
      conditionsOf(summary({ failures: [failure("ValueNotFound", "a"), failure("ValueNotFound", "a")] }))[0]?.message,
    ).toBe("a");
  });

  it("fit into the CRD", () => {
    const message =
      conditionsOf(summary({ failures: [failure("ValueNotFound", "x".repeat(9_000))] }))[0]?.message ?? "";
    expect(message.length).toBeLessThanOrEqual(2_000);
    expect(message.endsWith("…")).toBe(true);
  });
});

describe("suspended", () => {
  it("Ready keeps its last state, reason Suspended in the message", () => {
    const conditions = suspendedConditions(synced);
    expect(brief(conditions)).toBe("True Synced, False, False");
    expect(conditions[0]?.message).toContain("Suspended");
    expect(suspendedConditions(conditions)).toEqual(conditions);
  });

  it("is Unknown where it never was anything else", () => {
    expect(brief(suspendedConditions([]))).toBe("Unknown Suspended, False, False");
  });
});
