import type { Clock } from "../clock.ts";

export interface FakeClock extends Clock {
  /** Lets so many milliseconds pass, timer by timer; what each sets off has settled before the next one fires. */
  advance(ms: number, afterEach?: () => void): Promise<void>;
}

export function createFakeClock(): FakeClock {
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  let now = 0;

  function earliest(until: number) {
    let found: { readonly at: number; readonly callback: () => void } | undefined;
    for (const timer of timers) if (timer.at <= until && (!found || timer.at < found.at)) found = timer;
    return found;
  }

  return {
    now: () => now,
    after(ms, callback) {
      const timer = { at: now + Math.max(0, ms), callback };
      timers.add(timer);
      return () => void timers.delete(timer);
    },
    async advance(ms, afterEach) {
      const until = now + ms;
      await settle();
      for (let timer = earliest(until); timer; timer = earliest(until)) {
        timers.delete(timer);
        now = timer.at;
        timer.callback();
        await settle();
        afterEach?.();
      }
      now = until;
    },
  };
}

/** All promises that can go on have gone on once the event loop comes round. */
function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
