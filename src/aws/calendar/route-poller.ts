import type { Limits } from "../../api/store-model.ts";
import { packed } from "../batching/batch.ts";
import type { Isolated } from "../batching/isolate.ts";
import { limitOf } from "../limits/quota-class.ts";
import type { PlaneMetrics } from "../plane-options.ts";
import type { Entry } from "../reading/entry.ts";
import { batchSizes, type Route } from "../refs/route.ts";
import { type Apart, createApart } from "./apart.ts";
import { retryDelay } from "./backoff.ts";
import { createCalendar } from "./calendar.ts";
import type { ScheduledBatch } from "./lane.ts";
import { createLine } from "./line.ts";
import { pollIntervalOf } from "./poll-interval.ts";
import { type Load, loadsOf, quotaOfRoute } from "./quota-needs.ts";

/** Polls the refs of one reader and route at the intervals that their subscribers ask for. */
export interface RoutePoller {
  /** What the polls of this route cost. */
  loads(): readonly Load[];
  /** The entry's wants, its state or its innocence changed: finds its place anew. */
  plan(entry: Entry): void;
  /** Starts what is due. */
  tick(): void;
  nextDue(): number;
  /** The clock was set by so much. */
  shift(ms: number): void;
  close(): void;
}

export interface RoutePollerOptions {
  readonly route: Route;
  readonly region: string;
  /** The reader's id, for metrics. */
  readonly id: string;
  readonly limits: () => Limits;
  readonly now: () => number;
  readonly random: () => number;
  readonly metrics: PlaneMetrics | undefined;
  readonly poll: (entries: readonly Entry[], onIsolating: () => void) => Promise<Isolated>;
  /** False: the identity may read secrets only one by one. */
  readonly batchesSecrets: () => boolean;
  /** Something may be due sooner than it was. */
  readonly onPlanned: () => void;
}

interface Job {
  readonly dueAt: number;
  readonly entries: () => readonly Entry[];
  readonly batch?: ScheduledBatch<Entry>;
}

// A ref keeps its promise of interval × 1.1 when it is read this much late (api.md, "Freshness").
const grace = 0.05;
const retryCapMs = 60_000;
// Each stands in line for a turn of the event loop when its answer comes, a millisecond of work. At 20 ms an answer these
// carry 800 calls a second, four fifths of the most that any quota grants.
const mostUnderWay = 16;
/** The share of the limit that broken names may cost (docs/architecture.md, "Falling back"). */
const apartShare = 0.05;

export function createRoutePoller(options: RoutePollerOptions): RoutePoller {
  const { route, now, random, metrics } = options;
  const limit = (): number => limitOf(options.limits(), quotaOfRoute[route]);
  const calendar = createCalendar<Entry>({ capacity: batchSizes[route], random });
  const apart: Apart<Entry> = createApart({ random, requestsPerSecond: () => limit() * apartShare });
  const queued = new Set<ScheduledBatch<Entry>>();
  const retries = new Map<ScheduledBatch<Entry>, number>();
  const failures = new WeakMap<ScheduledBatch<Entry>, number>();
  /** Refs whose batch comes too late for the interval that they have been given, once. */
  const makeUps = new Map<Entry, number>();

  /**
   * The slots of a new interval begin anywhere, and fall due while a start still reads: what was read within half an
   * interval is given a slot in the other half, instead of being read again before it needs to be.
   */
  const isDeferred = (batch: ScheduledBatch<Entry>, entries: readonly Entry[]): boolean => {
    const intervalMs = pollIntervalOf(entries[0] as Entry) ?? 0;
    const oldest = Math.min(...entries.map((entry) => readAt(entry, now())));
    const from = Math.max(now(), oldest + intervalMs / 2);
    const isEarly = oldest >= now() - intervalMs / 2;
    if (!isEarly || !calendar.defer(batch, { from, to: oldest + intervalMs * (1 + grace) })) {
      return false;
    }
    options.onPlanned();
    return true;
  };

  /** What of the job is to be read now. */
  const dueOf = ({ batch, entries }: Job): readonly Entry[] => {
    const due = entries().filter((entry) => entry.wants.size > 0 && !entry.suspect);
    if (batch === undefined) {
      return isJustRead(due, now()) ? [] : due;
    }
    queued.delete(batch);
    if (due.length === 0 || isDeferred(batch, due)) {
      return [];
    }
    calendar.settle(batch, now());
    // What waits in a window is read anyway, and soon.
    return due.filter(({ pending }) => pending === undefined);
  };

  const run = async (job: Job, leave: () => void): Promise<void> => {
    const entries = dueOf(job);
    if (entries.length === 0) {
      return;
    }
    metrics?.pollStarted?.({ region: options.region, route, lateSeconds: Math.max(0, now() - job.dueAt) / 1000 });
    const { outcomes } = await options.poll(entries, leave);
    if (job.batch !== undefined && job.batch.size > 0) {
      const isTransient = [...outcomes.values()].some((outcome) => !outcome.ok && passes(outcome.error.kind));
      planRetry(job.batch, isTransient);
    }
  };
  // A fifth of a second's worth under way is enough to use the quota, and short enough not to stand before others in it.
  const line = createLine(() => Math.min(mostUnderWay, Math.max(4, Math.ceil(limit() / 5))), run);

  const planRetry = (batch: ScheduledBatch<Entry>, isTransient: boolean): void => {
    if (!isTransient) {
      failures.delete(batch);
      return;
    }
    const count = (failures.get(batch) ?? 0) + 1;
    failures.set(batch, count);
    const [first] = batch.asks();
    const intervalMs = (first && pollIntervalOf(first)) ?? retryCapMs;
    const capMs = Math.min(retryCapMs, intervalMs);
    retries.set(batch, now() + retryDelay(count, { initialMs: 1000, capMs, random }));
    options.onPlanned();
  };
  const enqueue = (batch: ScheduledBatch<Entry>, dueAt: number): void => {
    retries.delete(batch);
    if (!queued.has(batch)) {
      queued.add(batch);
      line.push({ dueAt, batch, entries: () => batch.asks() });
    }
  };
  const runAlone = async (entry: Entry): Promise<void> => {
    const { outcomes } = await options.poll([entry], () => {});
    if (outcomes.get(entry.key)?.ok !== true) {
      apart.failed(entry, now());
      options.onPlanned();
    }
  };
  const removed = (entry: Entry): void => {
    calendar.remove(entry.key);
    makeUps.delete(entry);
  };
  const placed = (entry: Entry, intervalMs: number): void => {
    const dueBy = entry.good === undefined ? Infinity : entry.good.at + intervalMs * (1 + grace);
    if (calendar.batchOf(entry.key)?.lane.intervalMs === intervalMs) {
      return;
    }
    const batch = calendar.place(entry, intervalMs, { now: now(), dueBy });
    if (batch.slot.next > dueBy) {
      makeUps.set(entry, dueBy);
    }
  };
  const makeUp = (): void => {
    const due = [...makeUps].filter(([, at]) => at <= now()).map(([entry]) => entry);
    for (const entry of due) {
      makeUps.delete(entry);
    }
    for (const entries of packed(due, batchSizes[route])) {
      line.push({ dueAt: now(), entries: () => entries });
    }
  };

  return {
    loads: () => loadsOf(route, calendar, options.batchesSecrets()),
    plan(entry) {
      const intervalMs = pollIntervalOf(entry);
      const wasApart = apart.size;
      if (intervalMs === undefined || entry.suspect) {
        removed(entry);
      }
      if (intervalMs === undefined || !entry.suspect) {
        apart.delete(entry);
      } else {
        apart.add(entry, intervalMs, now());
      }
      if (intervalMs !== undefined && !entry.suspect) {
        placed(entry, intervalMs);
      }
      if (apart.size !== wasApart) {
        metrics?.refsApart?.({ reader: options.id, region: options.region, route, refs: apart.size });
      }
    },
    tick() {
      for (const { batch, at } of calendar.takeDue(now())) {
        enqueue(batch, at);
      }
      for (const [batch, at] of [...retries]) {
        if (at <= now()) {
          enqueue(batch, at);
        }
      }
      makeUp();
      for (let entry = apart.takeDue(now()); entry !== undefined; entry = apart.takeDue(now())) {
        void runAlone(entry);
      }
    },
    nextDue: () => Math.min(calendar.nextDue(), apart.nextDue(), ...retries.values(), ...makeUps.values()),
    shift(ms) {
      calendar.shift(ms);
      apart.shift(ms);
      for (const waiting of [retries, makeUps] as readonly Map<unknown, number>[]) {
        for (const [key, at] of waiting) {
          waiting.set(key, at + ms);
        }
      }
    },
    close: () => line.close(),
  };
}

/** A fault that is over by itself: the whole batch is tried again soon, rather than at its next turn. */
function passes(kind: string): boolean {
  return kind === "throttled" || kind === "unavailable" || kind === "credentials" || kind === "expired";
}

/** When it was last read; now, where it waits to be read; never, where it fails, or the clock was set back since. */
function readAt({ pending, failure, good }: Entry, now: number): number {
  if (pending !== undefined) {
    return now;
  }
  return failure === undefined && good !== undefined && good.at <= now ? good.at : -Infinity;
}

/** Somebody read them all a moment ago, so that their next turn comes soon enough. */
function isJustRead(entries: readonly Entry[], now: number): boolean {
  return entries.every((entry) => readAt(entry, now) >= now - (pollIntervalOf(entry) ?? 0) * grace);
}
