import type { Limits } from "../../api/store-model.ts";
import { limitOf, type QuotaClass } from "../limits/quota-class.ts";
import type { Entry } from "../reading/entry.ts";
import type { Route } from "../refs/route.ts";
import type { Calendar } from "./calendar.ts";

/** Calls that recur. */
export interface Load {
  readonly quota: QuotaClass;
  readonly calls: number;
  readonly intervalMs: number;
}

/** What the polls of an account and region need, against what its limits carry. */
export interface QuotaNeeds {
  readonly requestsPerSecond: ReadonlyMap<QuotaClass, number>;
  /** Needed over allowed, by class: above 1, values come later than asked. */
  readonly saturation: ReadonlyMap<QuotaClass, number>;
  /**
   * The shortest interval at which everything that is asked more often would still fit, in milliseconds. Undefined: all
   * fits as asked.
   */
  readonly carriedIntervalMs?: number;
}

/** The quota that a route's calls count against; a find's own calls say for themselves. */
export const quotaOfRoute: Readonly<Record<Route, QuotaClass>> = {
  parameters: "parameterReads",
  secrets: "secretBatches",
  secretVersions: "secretReads",
  tags: "parameterTags",
  finds: "parameterReads",
};

/** The rest of a limit is for new and edited resources, and for names that fail. */
const pollShare = 0.95;

export function loadsOf(route: Route, calendar: Calendar<Entry>, batchesSecrets: boolean): readonly Load[] {
  if (route === "finds") {
    return calendar
      .members()
      .flatMap(({ ask, intervalMs }) => [...ask.cost].map(([quota, calls]) => ({ quota, calls, intervalMs })));
  }
  if (route === "tags") {
    return calendar.members().map(({ ask, intervalMs }) => ({ quota: tagQuota(ask), calls: 1, intervalMs }));
  }
  return calendar
    .loads()
    .map(({ intervalMs, batches, size }) =>
      route === "secrets" && !batchesSecrets
        ? { quota: "secretReads", calls: size, intervalMs }
        : { quota: quotaOfRoute[route], calls: batches, intervalMs },
    );
}

function tagQuota({ ref }: Entry): QuotaClass {
  return ref.kind === "tags" && ref.of.service === "secretsManager" ? "secretReads" : "parameterTags";
}

/** Adds up the loads and finds the interval that the limits carry. */
export function quotaNeeds(loads: readonly Load[], limits: Limits): QuotaNeeds {
  const byQuota = Map.groupBy(loads, ({ quota }) => quota);
  const requestsPerSecond = new Map<QuotaClass, number>();
  const saturation = new Map<QuotaClass, number>();
  let carried = 0;
  for (const [quota, some] of byQuota) {
    const needed = rateOf(some, 0);
    requestsPerSecond.set(quota, needed);
    saturation.set(quota, needed / (limitOf(limits, quota) * pollShare));
    carried = Math.max(carried, carriedInterval(some, limitOf(limits, quota) * pollShare));
  }
  return { requestsPerSecond, saturation, ...(carried === 0 ? {} : { carriedIntervalMs: carried }) };
}

/** Requests a second if nothing were asked more often than `leastMs`. */
function rateOf(loads: readonly Load[], leastMs: number): number {
  return loads.reduce((sum, { calls, intervalMs }) => sum + (calls * 1000) / Math.max(intervalMs, leastMs), 0);
}

/** The least X with sum(calls / max(interval, X)) within the limit; 0 where it is so as asked. */
function carriedInterval(loads: readonly Load[], limit: number): number {
  if (rateOf(loads, 0) <= limit) {
    return 0;
  }
  const steps = [...new Set(loads.map(({ intervalMs }) => intervalMs))].sort((a, b) => a - b);
  // The longest of the intervals asked for that is still too short: the answer lies between it and the next.
  const short = steps.findLast((step) => rateOf(loads, step) > limit) ?? 0;
  const stretched = loads.filter(({ intervalMs }) => intervalMs <= short);
  const others = loads.filter(({ intervalMs }) => intervalMs > short);
  const calls = stretched.reduce((sum, load) => sum + load.calls, 0);
  return Math.ceil((calls * 1000) / (limit - rateOf(others, 0)));
}
