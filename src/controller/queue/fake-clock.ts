import type { Clock } from "../clock.ts";

/** A clock that stands still until it is told to move; for tests. */
export interface FakeClock extends Clock {
  /** Moves on and fires what is due, in order of time; lets promises settle in between. */
  advance(ms: number): Promise<void>;
  readonly pending: number;
}

export function createFakeClock(start = 0): FakeClock {
  let now = start;
  let nextId = 0;
  const timers = new Map<number, { readonly at: number; readonly callback: () => void }>();
  const settle = async (): Promise<void> => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  const first = (end: number) => {
    let due: readonly [number, { readonly at: number; readonly callback: () => void }] | undefined;
    for (const each of timers) if (each[1].at <= end && (!due || each[1].at < due[1].at)) due = each;
    return due;
  };
  return {
    now: () => now,
    after(ms, callback) {
      nextId += 1;
      const id = nextId;
      timers.set(id, { at: now + Math.max(ms, 0), callback });
      return () => void timers.delete(id);
    },
    async advance(ms) {
      const end = now + ms;
      await settle();
      for (;;) {
        const due = first(end);
        if (!due) break;
        const [id, timer] = due;
        timers.delete(id);
        now = timer.at;
        timer.callback();
        await settle();
      }
      now = end;
      await settle();
    },
    get pending() {
      return timers.size;
    },
  };
}
