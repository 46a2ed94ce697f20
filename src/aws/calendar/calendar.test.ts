import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Ask } from "../batching/outcome.ts";
import { seeded } from "../fakes/fake-plane.ts";
import { createCalendar } from "./calendar.ts";
import type { ScheduledBatch } from "./lane.ts";

const interval = 60_000;
const parameter = (name: string): Ask => ({ key: name, ref: { kind: "parameter", name } });

/** Runs the calendar as the poller does, and books every call and every gap between two reads of a ref. */
function createRun(seed: number, start = 0) {
  const calendar = createCalendar<Ask>({ capacity: 10, random: seeded(seed) });
  const readAt = new Map<string, number>();
  const calls: number[] = [];
  const run = {
    calendar,
    calls,
    readAt,
    now: start,
    longestGap: 0,
    add(name: string, intervalMs = interval) {
      readAt.set(name, run.now);
      calendar.place(parameter(name), intervalMs, { now: run.now, dueBy: Infinity });
    },
    remove(name: string) {
      readAt.delete(name);
      calendar.remove(name);
    },
    until(end: number) {
      for (let next = calendar.nextDue(); next <= end; next = calendar.nextDue()) {
        run.now = next;
        for (const { batch } of calendar.takeDue(next)) {
          read(batch);
        }
      }
      run.now = end;
    },
  };
  const read = (batch: ScheduledBatch): void => {
    const asks = batch.asks();
    calendar.settle(batch, run.now);
    if (asks.length > 0) {
      calls.push(run.now);
    }
    for (const { key } of asks) {
      run.longestGap = Math.max(run.longestGap, run.now - (readAt.get(key) ?? run.now));
      readAt.set(key, run.now);
    }
  };
  return run;
}

interface Step {
  readonly add: number;
  readonly remove: number;
  readonly wait: number;
}

function churn(run: ReturnType<typeof createRun>, steps: readonly Step[], random: () => number): void {
  for (const [index, { add, remove, wait }] of steps.entries()) {
    for (const count of Array(add).keys()) {
      run.add(`/p/${index}/${count}`);
    }
    const names = [...run.readAt.keys()];
    for (const _ of Array(remove).keys()) {
      run.remove(names[Math.floor(random() * names.length)] ?? "");
    }
    run.until(run.now + wait);
  }
}

describe("calendar", () => {
  it("makes ceil(n/10) calls a cycle, in 6 to 20 moments, none with much more than its share", () => {
    const run = createRun(7);
    for (let index = 0; index < 4001; index += 1) {
      run.add(`/p/${index}`);
    }
    run.until(interval);
    run.calls.length = 0;
    run.until(2 * interval);
    expect(run.calls.length).toBe(401);
    const moments = Map.groupBy(run.calls, (at) => at);
    expect(moments.size).toBeGreaterThanOrEqual(6);
    expect(moments.size).toBeLessThanOrEqual(20);
    expect(Math.max(...[...moments.values()].map((calls) => calls.length))).toBeLessThanOrEqual(
      Math.ceil(401 / moments.size) + 1,
    );
  });

  it("keeps the moments of a batch from cycle to cycle", () => {
    const run = createRun(3);
    for (let index = 0; index < 100; index += 1) {
      run.add(`/p/${index}`);
    }
    run.until(interval);
    const first = run.calls.map((at) => at + interval);
    run.calls.length = 0;
    run.until(2 * interval);
    expect(run.calls).toEqual(first);
  });

  it("fills the holes of leavers before it makes another call", () => {
    const run = createRun(5);
    for (let index = 0; index < 100; index += 1) {
      run.add(`/p/${index}`);
    }
    for (let index = 0; index < 100; index += 9) {
      run.remove(`/p/${index}`);
      run.add(`/q/${index}`);
    }
    expect(run.calendar.loads()).toEqual([{ intervalMs: interval, batches: 10, size: 100 }]);
  });

  it("closes the gaps of a mass removal within three cycles, evenly spread and without a burst", () => {
    const run = createRun(11);
    for (let index = 0; index < 6000; index += 1) {
      run.add(`/p/${index}`);
    }
    run.until(interval);
    // 1,910 are left, over every batch: 191 calls, just under 16 for each of twelve moments.
    for (let index = 0; index < 6000; index += 1) {
      if ((index * 7) % 600 >= 191) {
        run.remove(`/p/${index}`);
      }
    }
    run.calls.length = 0;
    run.until(2 * interval);
    expect(run.calls.length).toBeLessThanOrEqual(600);
    run.until(4 * interval);
    run.calls.length = 0;
    run.until(5 * interval);
    expect(run.calls.length).toBe(191);
    const loads = [...Map.groupBy(run.calls, (at) => at).values()].map((calls) => calls.length);
    expect(Math.max(...loads)).toBeLessThanOrEqual(17);
    expect(run.longestGap).toBeLessThanOrEqual(interval);
  });

  it("keeps two ids that may name one object in different batches", () => {
    const calendar = createCalendar<Ask>({ capacity: 10, random: seeded(1) });
    const arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/a";
    const places = ["/a", arn].map((name) => calendar.place(parameter(name), interval, { now: 0, dueBy: Infinity }));
    expect(places[0]).not.toBe(places[1]);
  });

  it("stays within 1.05 of the floor, and within the interval, whatever comes and goes", () => {
    const step = fc.record({
      add: fc.integer({ min: 0, max: 60 }),
      remove: fc.integer({ min: 0, max: 60 }),
      wait: fc.integer({ min: 0, max: interval }),
    });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e6 }), fc.array(step, { maxLength: 12 }), (seed, steps) => {
        const run = createRun(seed);
        churn(run, steps, seeded(seed));
        const settledAt = run.now + 6 * interval;
        run.until(settledAt);
        run.calls.length = 0;
        run.until(settledAt + interval);
        expect(run.calls.length).toBeLessThanOrEqual(Math.ceil(run.readAt.size / 10) * 1.05);
        expect(run.longestGap).toBeLessThanOrEqual(interval);
        expect(Math.min(run.now, ...run.readAt.values())).toBeGreaterThanOrEqual(run.now - interval);
      }),
      { numRuns: 60 },
    );
  });
});
