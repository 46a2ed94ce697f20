import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { Priority } from "../calls.ts";
import { createFakeClock, settled } from "../fakes/fake-clock.ts";
import { createLimiter, type Turn } from "./limiter.ts";

const refresh = { priority: "refresh", store: "a" } as const;
const interactive = { priority: "interactive", store: "a" } as const;

describe("a limiter", () => {
  it("lets out at its rate and says how long each waited", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ clock, ceiling: 10 });
    const waits: number[] = [];
    const work = Promise.all(Array.from({ length: 21 }, async () => waits.push(await limiter.acquire(refresh))));
    await clock.advance(2000);
    await work;
    expect(waits[0]).toBe(0);
    expect(waits.at(-1)).toBeGreaterThanOrEqual(1900);
    expect(clock.timers).toBe(0);
  });

  it("serves interactive requests first, and a refresh every tenth time", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ clock, ceiling: 1 });
    await limiter.acquire(refresh);
    const order: Priority[] = [];
    for (let n = 0; n < 3; n += 1) void limiter.acquire(refresh).then(() => order.push("refresh"));
    for (let n = 0; n < 18; n += 1) void limiter.acquire(interactive).then(() => order.push("interactive"));
    await clock.advance(20_000);
    expect(order.join(" ")).toBe(
      [...Array(9).fill("interactive"), "refresh", ...Array(9).fill("interactive"), "refresh"].join(" "),
    );
  });

  it("lets refreshes out in groups, and interactive requests as soon as there is a token", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ clock, ceiling: 40 });
    const out: string[] = [];
    const ask = (turn: Turn, name: string): void =>
      void limiter.acquire(turn).then(() => out.push(`${name}@${Math.round(clock.now() - began)}`));
    const began = clock.now();
    for (let n = 0; n < 12; n += 1) ask(refresh, "r");
    await clock.advance(130);
    // The first that had to wait was alone then.
    expect(out).toEqual(["r@0", "r@0", "r@0", "r@0", "r@25", "r@75", "r@75", "r@125", "r@125"]);
    await clock.advance(25);
    ask(interactive, "i");
    await settled();
    expect(out.slice(9)).toEqual(["i@155"]);
    ask(interactive, "i");
    await clock.advance(20);
    expect(out.slice(10)).toEqual(["i@175"]);
    await clock.advance(300);
    expect(out).toHaveLength(14);
  });

  it.each([20, 30, 36, 80, 1000])("loses nothing of %d a second to timers that come 20 ms late", async (ceiling) => {
    const clock = createFakeClock();
    const late = { now: clock.now, after: (ms: number, callback: () => void) => clock.after(ms + 20, callback) };
    const limiter = createLimiter({ clock: late, ceiling });
    let out = 0;
    for (let n = 0; n < ceiling * 12; n += 1) void limiter.acquire(refresh).then(() => (out += 1));
    await clock.advance(10_000);
    expect(out).toBeGreaterThanOrEqual(ceiling * 10 * 0.99);
  });

  it("lets the stores of a priority take turns", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ clock, ceiling: 1 });
    await limiter.acquire(refresh);
    const order: string[] = [];
    const ask = (store: string): void =>
      void limiter.acquire({ priority: "refresh", store }).then(() => order.push(store));
    for (const store of ["big", "big", "big", "big", "small", "small"]) ask(store);
    await clock.advance(6000);
    expect(order).toEqual(["big", "small", "big", "small", "big", "big"]);
  });

  it("lets who gives up out of the line, without a turn lost", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ clock, ceiling: 1 });
    await limiter.acquire(refresh);
    const controller = new AbortController();
    const given = limiter.acquire({ ...refresh, signal: controller.signal }).catch((reason: unknown) => reason);
    let granted = false;
    void limiter.acquire(refresh).then(() => {
      granted = true;
    });
    await settled();
    controller.abort("enough");
    expect(await given).toBe("enough");
    await clock.advance(1000);
    expect(granted).toBe(true);
    await expect(limiter.acquire({ ...refresh, signal: AbortSignal.abort("before") })).rejects.toBe("before");
  });

  it("hurries those who wait when the ceiling rises", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ clock, ceiling: 0.01 });
    await limiter.acquire(refresh);
    let granted = false;
    void limiter.acquire(refresh).then(() => {
      granted = true;
    });
    await settled();
    limiter.setCeiling(10);
    await clock.advance(200);
    expect(granted).toBe(true);
  });

  it("gives a turn that nobody used to the next in line, at once", async () => {
    const clock = createFakeClock();
    const limiter = createLimiter({ clock, ceiling: 1 });
    await limiter.acquire(refresh);
    const waited = limiter.acquire(refresh);
    limiter.giveBack();
    expect(await waited).toBe(0);
    // No more than there was: the burst is not exceeded.
    limiter.giveBack();
    limiter.giveBack();
    await limiter.acquire(refresh);
    let isThrough = false;
    void limiter.acquire(refresh).then(() => {
      isThrough = true;
    });
    await clock.advance(500);
    expect(isThrough).toBe(false);
  });

  it("makes interactive requests wait less than refreshes, for any mix", async () => {
    const mix = fc.array(fc.constantFrom<Priority>("interactive", "refresh"), { minLength: 30, maxLength: 60 });
    await fc.assert(
      fc.asyncProperty(mix, async (priorities) => {
        fc.pre(priorities.includes("interactive") && priorities.includes("refresh"));
        const clock = createFakeClock();
        const limiter = createLimiter({ clock, ceiling: 5 });
        const waits: Record<Priority, number[]> = { interactive: [], refresh: [] };
        for (const priority of priorities) {
          void limiter.acquire({ priority, store: "a" }).then((waited) => waits[priority].push(waited));
        }
        await clock.advance(20_000);
        const mean = (list: readonly number[]): number => list.reduce((sum, each) => sum + each, 0) / list.length;
        expect(waits.interactive.length + waits.refresh.length).toBe(priorities.length);
        // The first of all may be a refresh that met a full bucket.
        expect(mean(waits.interactive)).toBeLessThanOrEqual(Math.max(...waits.refresh));
      }),
      { numRuns: 25 },
    );
  });
});
