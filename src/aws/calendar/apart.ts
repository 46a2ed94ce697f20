import { retryDelay } from "./backoff.ts";

/**
 * Those that made a shared batch fail: each asked alone, at growing intervals, all together within a small share of the
 * limit, so that a hundred broken names cost the healthy ones nothing.
 */
export interface Apart<A> {
  readonly size: number;
  add(ask: A, intervalMs: number, now: number): void;
  delete(ask: A): void;
  has(ask: A): boolean;
  /** One that may be asked now, if any; the caller tells with `failed` or takes it out. */
  takeDue(now: number): A | undefined;
  /** It failed again. */
  failed(ask: A, now: number): void;
  nextDue(): number;
  shift(ms: number): void;
}

interface Waiting {
  readonly intervalMs: number;
  at: number;
  failures: number;
}

const initialMs = 30_000;
// An interval of seconds does not mean that somebody wants a broken name asked for every few seconds.
const leastCapMs = 300_000;

export function createApart<A>({
  random,
  requestsPerSecond,
}: {
  readonly random: () => number;
  /** The share of the limit that may be spent here. */
  readonly requestsPerSecond: () => number;
}): Apart<A> {
  const waiting = new Map<A, Waiting>();
  let allowedAt = -Infinity;

  const plan = (entry: Waiting, now: number): void => {
    entry.failures += 1;
    const capMs = Math.max(leastCapMs, entry.intervalMs);
    entry.at = now + retryDelay(entry.failures, { initialMs: Math.min(initialMs, entry.intervalMs), capMs, random });
  };
  const first = (): readonly [A, Waiting] | undefined => {
    let oldest: readonly [A, Waiting] | undefined;
    for (const pair of waiting) {
      if (oldest === undefined || pair[1].at < oldest[1].at) {
        oldest = pair;
      }
    }
    return oldest;
  };
  return {
    get size() {
      return waiting.size;
    },
    add(ask, intervalMs, now) {
      const entry = { intervalMs, at: now, failures: waiting.get(ask)?.failures ?? 0 };
      if (waiting.get(ask)?.intervalMs !== intervalMs) {
        plan(entry, now);
        waiting.set(ask, entry);
      }
    },
    delete: (ask) => void waiting.delete(ask),
    has: (ask) => waiting.has(ask),
    takeDue(now) {
      const oldest = first();
      if (oldest === undefined || oldest[1].at > now || allowedAt > now) {
        return undefined;
      }
      allowedAt = now + 1000 / requestsPerSecond();
      // Until it is told how it went, it is not due.
      oldest[1].at = Infinity;
      return oldest[0];
    },
    failed(ask, now) {
      const entry = waiting.get(ask);
      if (entry !== undefined) {
        plan(entry, now);
      }
    },
    nextDue: () => Math.max(allowedAt, first()?.[1].at ?? Infinity),
    shift(ms) {
      allowedAt += ms;
      for (const entry of waiting.values()) {
        entry.at += ms;
      }
    },
  };
}
