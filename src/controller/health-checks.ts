import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { Reflector } from "../kubernetes/reflector.ts";
import type { HealthCheck } from "../telemetry/health.ts";
import type { Clock } from "./clock.ts";
import type { WorkQueue } from "./queue/work-queue.ts";

type Named = readonly (readonly [string, Reflector<KubernetesObject>])[];

export interface LivenessOptions {
  readonly queue: WorkQueue;
  readonly storeQueue: WorkQueue;
  readonly fanOutQueue: WorkQueue;
  readonly reflectors: Named;
  /** Clock milliseconds of the last thing that the loop of a watch did, a failed attempt included. */
  readonly lastAttempt: (kind: string) => number | undefined;
  /** How long a due poll has lain, in milliseconds. */
  readonly overdueMs: () => number;
  readonly clock: Clock;
}

// Longer than visits take: reading has its own limit of a minute, a request to the API server one of 30 s, and those who wait
// for a place wait for some of either.
const stuckAfterMs = 300_000;

// Polls begin by timer; what a quota or an outage holds back has begun.
const calendarAfterMs = 120_000;

// The server ends a watch after at most 10 minutes, with bookmarks every minute; attempts are seconds apart.
const silentAfterMs = 720_000;

/**
 * Fails when a queue or a watch makes no progress. An AWS or an API server that is down is no failure of this process:
 * a watch that tries again and again progresses. A blocked event loop answers no probe at all.
 */
export function createLiveness({
  queue,
  storeQueue,
  fanOutQueue,
  reflectors,
  lastAttempt,
  overdueMs,
  clock,
}: LivenessOptions): Readonly<Record<string, HealthCheck>> {
  const stuck = (which: WorkQueue): string | undefined => {
    const since = which.stuckSince;
    const age = since === undefined ? 0 : clock.now() - since;
    return age > stuckAfterMs ? `no progress for ${Math.round(age / 1000)} s` : undefined;
  };
  const silent = (kind: string, reflector: Reflector<KubernetesObject>): string | undefined => {
    const age = clock.now() - Math.max(reflector.lastSignOfLife, lastAttempt(kind) ?? 0);
    return age > silentAfterMs ? `neither an event nor an attempt for ${Math.round(age / 1000)} s` : undefined;
  };
  const lost = (ms: number): string | undefined =>
    ms > calendarAfterMs ? `a poll has been due for ${Math.round(ms / 1000)} s` : undefined;
  const watches = reflectors.map(([kind, reflector]) => [`watch-${kind.toLowerCase()}`, () => silent(kind, reflector)]);
  return {
    queue: () => stuck(queue),
    stores: () => stuck(storeQueue),
    calendar: () => lost(overdueMs()),
    "fan-out": () => stuck(fanOutQueue),
    ...Object.fromEntries(watches),
  };
}

/** Ready as soon as every watch has listed once. */
export function createReadiness(reflectors: Named): Readonly<Record<string, HealthCheck>> {
  return Object.fromEntries(
    reflectors.map(([kind, reflector]) => [
      `watch-${kind.toLowerCase()}`,
      () => (reflector.hasSynced ? undefined : "not listed yet"),
    ]),
  );
}
