import { describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { Reflector } from "../kubernetes/reflector.ts";
import { createLiveness, createReadiness } from "./health-checks.ts";
import type { WorkQueue } from "./queue/work-queue.ts";

const now = 10_000_000;

interface Facts {
  readonly queueStuckFor?: number;
  readonly silentFor?: number;
  readonly attemptAgo?: number;
  readonly overdueMs?: number;
}

function liveness({ queueStuckFor, silentFor = 0, attemptAgo, overdueMs = 0 }: Facts) {
  const queue = { stuckSince: queueStuckFor === undefined ? undefined : now - queueStuckFor } as WorkQueue;
  const idle = { stuckSince: undefined } as WorkQueue;
  const reflector = { lastSignOfLife: now - silentFor } as Reflector<KubernetesObject>;
  return createLiveness({
    queue,
    storeQueue: idle,
    fanOutQueue: idle,
    reflectors: [["Secret", reflector]],
    lastAttempt: () => (attemptAgo === undefined ? undefined : now - attemptAgo),
    overdueMs: () => overdueMs,
    clock: { now: () => now, after: () => () => undefined },
  });
}

describe("liveness", () => {
  const cases: readonly { readonly reason: string; readonly facts: Facts; readonly failing: Record<string, string> }[] =
    [
      { reason: "all is well", facts: {}, failing: {} },
      { reason: "work of four minutes is long, not stuck", facts: { queueStuckFor: 240_000 }, failing: {} },
      {
        reason: "a queue stuck for over five minutes",
        facts: { queueStuckFor: 301_000 },
        failing: { queue: "no progress for 301 s" },
      },
      {
        reason: "a watch that neither hears nor tries",
        facts: { silentFor: 721_000, attemptAgo: 721_000 },
        failing: { "watch-secret": "neither an event nor an attempt for 721 s" },
      },
      {
        reason: "an API server that is down: the watch tries on",
        facts: { silentFor: 3_600_000, attemptAgo: 8_000 },
        failing: {},
      },
      {
        reason: "a lost timer of the calendar",
        facts: { overdueMs: 121_000 },
        failing: { calendar: "a poll has been due for 121 s" },
      },
    ];
  it.each(cases)("$reason", ({ facts, failing }) => {
    const found = Object.entries(liveness(facts)).flatMap(([name, check]) => {
      const problem = check();
      return problem === undefined ? [] : [[name, problem]];
    });
    expect(Object.fromEntries(found)).toEqual(failing);
  });
});

describe("readiness", () => {
  it("waits for the first list of every watch", () => {
    const listed = { hasSynced: true } as Reflector<KubernetesObject>;
    const listing = { hasSynced: false } as Reflector<KubernetesObject>;
    const checks = createReadiness([
      ["Secret", listed],
      ["ConfigMap", listing],
    ]);
    expect(checks["watch-secret"]?.()).toBeUndefined();
    expect(checks["watch-configmap"]?.()).toBe("not listed yet");
  });
});
