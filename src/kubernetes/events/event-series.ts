import type { Clock } from "../clock.ts";

/** What happened to an object, as the recorder is told. */
export interface Occurrence {
  readonly regarding: EventTarget;
  readonly type: "Normal" | "Warning";
  /** UpperCamelCase, at most 128 characters. */
  readonly reason: string;
  /** What the operator was doing, UpperCamelCase, at most 128 characters. */
  readonly action: string;
  /** For people. Never a value. */
  readonly note: string;
}

export interface EventTarget {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  /** Undefined for a cluster-scoped kind. */
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion?: string;
}

/** An Event of ours in the cluster, and how often the same has happened since. */
export interface Series {
  readonly occurrence: Occurrence;
  /** Of the Event, once it has been made. */
  name: string | undefined;
  count: number;
  /** As last written to the Event. */
  writtenCount: number;
  lastSeen: number;
}

/** Sorts occurrences into new Events, repetitions of one, and those of which an object has had too many. */
export interface EventAggregation {
  /** Undefined: the object has used up its share, and nothing is written. */
  admit(occurrence: Occurrence): { readonly series: Series; readonly isNew: boolean } | undefined;
  /** Repetitions that the cluster does not know of yet. Forgets what has not happened for long. */
  due(): readonly Series[];
}

// As client-go's recorders: 25 new Events of an object at once, then one every five minutes.
const burst = 25;
const refillMs = 300_000;
const forgetAfterMs = 600_000;
const mostSeries = 4_096;

export function createEventAggregation(clock: Clock): EventAggregation {
  const all = new Map<string, Series>();
  const budgets = new Map<string, { tokens: number; at: number }>();

  function mayMake(uid: string): boolean {
    const now = clock.now();
    const budget = budgets.get(uid) ?? { tokens: burst, at: now };
    const tokens = Math.min(burst, budget.tokens + (now - budget.at) / refillMs);
    budgets.delete(uid);
    budgets.set(uid, { tokens: tokens >= 1 ? tokens - 1 : tokens, at: now });
    // Resources come and go: the budget that was asked for longest ago is as good as full.
    const [oldest] = budgets.keys();
    if (budgets.size > mostSeries && oldest !== undefined) budgets.delete(oldest);
    return tokens >= 1;
  }

  function forget(): void {
    const now = clock.now();
    for (const [key, series] of all) if (now - series.lastSeen > forgetAfterMs) all.delete(key);
    // A budget that is full again is as good as none.
    for (const [uid, { tokens, at }] of budgets) {
      if (tokens + (now - at) / refillMs >= burst) budgets.delete(uid);
    }
  }

  return {
    admit(occurrence) {
      const key = keyOf(occurrence);
      const known = all.get(key);
      if (known !== undefined && clock.now() - known.lastSeen <= forgetAfterMs) {
        known.count += 1;
        known.lastSeen = clock.now();
        return { series: known, isNew: false };
      }
      if (!mayMake(occurrence.regarding.uid)) return undefined;
      const series: Series = { occurrence, name: undefined, count: 1, writtenCount: 1, lastSeen: clock.now() };
      all.delete(key);
      all.set(key, series);
      const [oldest] = all.keys();
      if (all.size > mostSeries && oldest !== undefined) all.delete(oldest);
      return { series, isNew: true };
    },
    due() {
      const due = [...all.values()].filter(({ count, writtenCount, name }) => name && count > writtenCount);
      forget();
      return due;
    },
  };
}

function keyOf({ regarding, type, reason, action, note }: Occurrence): string {
  return JSON.stringify([regarding.uid, type, reason, action, note]);
}
