import type { Clock } from "../clock.ts";

/** A clock that stands still until a test moves it. */
export interface FakeClock extends Clock {
  /** Moves on, firing what falls due in order; between two firings all promises that can settle do. */
  advance(ms: number): Promise<void>;
  /** Sets the time without any timer noticing: the wall clock was set. */
  jump(ms: number): void;
  readonly timers: number;
}

export function createFakeClock(start = 1_000_000_000_000): FakeClock {
  let elapsed = 0;
  let offset = start;
  const timers = new Map<symbol, { readonly at: number; readonly callback: () => void }>();

  const due = (until: number): readonly [symbol, number, () => void] | undefined => {
    let first: readonly [symbol, number, () => void] | undefined;
    for (const [id, { at, callback }] of timers) {
      if (at <= until && (first === undefined || at < first[1])) {
        first = [id, at, callback];
      }
    }
    return first;
  };
  return {
    now: () => offset + elapsed,
    after(ms, callback) {
      const id = Symbol("timer");
      timers.set(id, { at: elapsed + Math.max(0, ms), callback });
      return () => void timers.delete(id);
    },
    async advance(ms) {
      const until = elapsed + ms;
      await settled();
      for (let next = due(until); next !== undefined; next = due(until)) {
        elapsed = Math.max(elapsed, next[1]);
        timers.delete(next[0]);
        next[2]();
        await settled();
      }
      elapsed = until;
    },
    jump(ms) {
      offset += ms;
    },
    get timers() {
      return timers.size;
    },
  };
}

/** Lets every promise settle that waits for no timer. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
