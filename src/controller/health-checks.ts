import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { Reflector } from "../kubernetes/reflector.ts";
import type { HealthCheck } from "../telemetry/health.ts";
import type { Clock } from "./clock.ts";
import type { WorkQueue } from "./queue/work-queue.ts";

type Named = readonly (readonly [string, Reflector<KubernetesObject>])[];

export interface LivenessOptions {
  readonly queue: WorkQueue;
  readonly storeQueue: WorkQueue;
  readonly reflectors: Named;
  readonly clock: Clock;
}

// Longer than any visit may take: reading has its own limit of a minute, a request to the API server one of 30 s.
const stuckAfterMs = 300_000;

/** Fails when the queue makes no progress. An AWS or an API server that is down is no failure of this process. */
export function createLiveness({ queue, storeQueue, clock }: LivenessOptions): Readonly<Record<string, HealthCheck>> {
  const stuck = (which: WorkQueue): string | undefined => {
    const since = which.stuckSince;
    const age = since === undefined ? 0 : clock.now() - since;
    return age > stuckAfterMs ? `no progress for ${Math.round(age / 1000)} s` : undefined;
  };
  return { queue: () => stuck(queue), stores: () => stuck(storeQueue) };
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
