import { describe, expect, it } from "@jest/globals";
import { endlessTurn } from "../../event-loop/testing/endless-turn.ts";
import type { Turns } from "../../event-loop/turns.ts";
import { createBackoff } from "./backoff.ts";
import { createFakeClock } from "./fake-clock.ts";
import { createWorkQueue, type Verdict } from "./work-queue.ts";

function harness(options: { concurrency?: number; work?: (key: string) => Promise<Verdict>; turns?: Turns } = {}) {
  const clock = createFakeClock();
  const worked: string[] = [];
  const errors: unknown[] = [];
  const queue = createWorkQueue({
    clock,
    random: () => 1,
    concurrency: options.concurrency ?? 10,
    turns: options.turns ?? endlessTurn,
    async work(key) {
      worked.push(`${key}@${clock.now()}`);
      return await options.work?.(key);
    },
    onError: (_key, error) => errors.push(error),
    hooks: { added() {}, retried() {}, started() {}, finished() {} },
  });
  return { clock, worked, errors, queue };
}

/** Work that ends when told to. */
function gate() {
  const waiting: (() => void)[] = [];
  return {
    work: () => new Promise<undefined>((resolve) => waiting.push(() => resolve(undefined))),
    open: () => waiting.splice(0).forEach((resolve) => void resolve()),
  };
}

describe("work queue", () => {
  it("does nothing before it is resumed", async () => {
    const { clock, queue, worked } = harness();
    queue.add("a/1", "interactive");
    await clock.advance(1_000);
    expect(worked).toEqual([]);
    queue.resume();
    await clock.advance(0);
    expect(worked).toEqual(["a/1@1000"]);
  });

  it("coalesces: a key that waits is worked on once", async () => {
    const { clock, queue, worked } = harness();
    for (let index = 0; index < 5; index++) queue.add("a/1", "refresh");
    queue.resume();
    await clock.advance(0);
    expect(worked).toEqual(["a/1@0"]);
  });

  it("never works on one key twice at a time, and once more when it was added meanwhile", async () => {
    const { work, open } = gate();
    const { clock, queue, worked } = harness({ work });
    queue.resume();
    queue.add("a/1", "interactive");
    await clock.advance(0);
    queue.add("a/1", "interactive");
    queue.add("a/1", "refresh");
    await clock.advance(10);
    expect(worked).toHaveLength(1);
    open();
    await clock.advance(0);
    expect(worked).toEqual(["a/1@0", "a/1@10"]);
    open();
    await clock.advance(0);
    expect(worked).toHaveLength(2);
  });

  it("works on as many keys at a time as it was told", async () => {
    const { work, open } = gate();
    const { clock, queue, worked } = harness({ work, concurrency: 2 });
    queue.resume();
    for (const key of ["a/1", "a/2", "a/3"]) queue.add(key, "refresh");
    await clock.advance(0);
    expect([worked.length, queue.active, queue.depth]).toEqual([2, 2, 1]);
    open();
    await clock.advance(0);
    expect(worked).toHaveLength(3);
  });

  it("comes again when the verdict says so, and an earlier event does not double that", async () => {
    let visits = 0;
    const { clock, queue, worked } = harness({
      work: async () => {
        visits += 1;
        return visits === 1 ? { afterMs: 1_000 } : undefined;
      },
    });
    queue.resume();
    queue.add("a/1", "interactive");
    await clock.advance(500);
    queue.add("a/1", "interactive");
    await clock.advance(5_000);
    expect(worked).toEqual(["a/1@0", "a/1@500"]);
  });

  it("backs off further with each failure, and anew after a success", async () => {
    let failing = true;
    const { clock, queue, worked } = harness({ work: async () => (failing ? "backoff" : undefined) });
    queue.resume();
    queue.add("a/1", "interactive");
    await clock.advance(3_600);
    expect(worked).toEqual(["a/1@0", "a/1@500", "a/1@1500", "a/1@3500"]);
    failing = false;
    await clock.advance(10_000);
    failing = true;
    queue.add("a/1", "interactive");
    await clock.advance(600);
    expect(worked.slice(-2)).toEqual(["a/1@13600", "a/1@14100"]);
  });

  it("an edit does not forget failures", async () => {
    const { clock, queue, worked } = harness({ work: async () => "backoff" });
    queue.resume();
    queue.add("a/1", "interactive");
    await clock.advance(1_600);
    queue.add("a/1", "interactive");
    await clock.advance(3_900);
    expect(worked).toEqual(["a/1@0", "a/1@500", "a/1@1500", "a/1@1600"]);
  });

  it("lets one tenant with 5,000 broken resources delay nobody else", async () => {
    const askedAt = new Map<string, number>();
    const waits: number[] = [];
    const { clock, queue } = harness({
      concurrency: 50,
      async work(key) {
        const asked = askedAt.get(key);
        if (asked !== undefined) waits.push(clock.now() - asked);
        await new Promise<void>((resolve) => void clock.after(50, resolve));
        return key.startsWith("broken/") ? "backoff" : undefined;
      },
    });
    queue.resume();
    for (let index = 0; index < 5_000; index++) queue.add(`broken/${index}`, "interactive");
    for (let index = 0; index < 20; index++) {
      await clock.advance(100);
      askedAt.set(`shop/${index}`, clock.now());
      queue.add(`shop/${index}`, index % 2 === 0 ? "interactive" : "refresh");
    }
    await clock.advance(1_000);
    expect(waits).toHaveLength(20);
    // One of fifty workers is free within the 50 ms that a visit takes; a refresh waits for its turn, one in eight.
    expect(Math.max(...waits)).toBeLessThanOrEqual(100);
    expect(queue.depth).toBeGreaterThan(0);
  }, 60_000);

  it("reports what work throws and goes on", async () => {
    const boom = new Error("boom");
    const { clock, queue, errors, worked } = harness({
      work: async (key) => {
        if (key === "a/bad") throw boom;
        return undefined;
      },
    });
    queue.resume();
    queue.add("a/bad", "interactive");
    queue.add("a/good", "interactive");
    await clock.advance(0);
    expect(errors).toEqual([boom]);
    expect(worked).toContain("a/good@0");
    expect(clock.pending).toBe(1);
  });

  it("forgets a removed key with its timer", async () => {
    const { clock, queue, worked } = harness({ work: async () => ({ afterMs: 100 }) });
    queue.resume();
    queue.add("a/1", "interactive");
    await clock.advance(50);
    queue.remove("a/1");
    await clock.advance(1_000);
    expect(worked).toHaveLength(1);
  });

  it("drains: work under way ends, nothing new begins", async () => {
    const { work, open } = gate();
    const { clock, queue, worked } = harness({ work });
    queue.resume();
    queue.add("a/1", "interactive");
    await clock.advance(0);
    let drained = false;
    const draining = queue.drain().then(() => {
      drained = true;
    });
    queue.add("a/2", "interactive");
    await clock.advance(10);
    expect(drained).toBe(false);
    open();
    await draining;
    expect(worked).toHaveLength(1);
  });

  it("says since when it makes no progress", async () => {
    const { work, open } = gate();
    const { clock, queue } = harness({ work });
    queue.resume();
    expect(queue.stuckSince).toBeUndefined();
    await clock.advance(100);
    queue.add("a/1", "interactive");
    await clock.advance(1_000);
    expect(queue.stuckSince).toBe(100);
    open();
    await clock.advance(0);
    expect(queue.stuckSince).toBeUndefined();
  });

  describe("lets each visit wait for its turn of the event loop", () => {
    function harnessInTurns() {
      const waiting: (() => void)[] = [];
      const turns: Turns = { ...endlessTurn, take: () => new Promise((resolve) => waiting.push(resolve)) };
      return { ...harness({ turns }), waiting };
    }

    it("one after another", async () => {
      const { clock, queue, worked, waiting } = harnessInTurns();
      queue.resume();
      for (const key of ["a/1", "a/2"]) queue.add(key, "refresh");
      for (const done of [[], ["a/1@0"], ["a/1@0", "a/2@0"]]) {
        await clock.advance(0);
        expect(worked).toEqual(done);
        waiting.shift()?.();
      }
      expect(waiting).toHaveLength(0);
    });

    it("and takes the one that is first by then", async () => {
      const { clock, queue, worked, waiting } = harnessInTurns();
      queue.resume();
      queue.add("a/refreshed", "refresh");
      await clock.advance(0);
      queue.add("a/edited", "interactive");
      waiting.shift()?.();
      await clock.advance(0);
      expect(worked).toEqual(["a/edited@0"]);
    });

    it("and nothing where it was removed, or the queue was paused, meanwhile", async () => {
      for (const stop of ["remove", "pause"] as const) {
        const { clock, queue, worked, waiting } = harnessInTurns();
        queue.resume();
        queue.add("a/1", "refresh");
        await clock.advance(0);
        queue[stop]("a/1");
        waiting.shift()?.();
        await clock.advance(0);
        expect(worked).toEqual([]);
        queue.resume();
        queue.add("a/1", "refresh");
        await clock.advance(0);
        waiting.shift()?.();
        await clock.advance(0);
        expect(worked).toEqual(["a/1@0"]);
      }
    });
  });
});

describe("backoff", () => {
  it("is random below a ceiling that doubles up to the cap, and never below a tenth of it", () => {
    const low = createBackoff({ baseMs: 100, capMs: 1_000, random: () => 0 });
    const high = createBackoff({ baseMs: 100, capMs: 1_000, random: () => 0.999999 });
    expect(Array.from({ length: 6 }, () => Math.round(low.next("a")))).toEqual([10, 20, 40, 80, 100, 100]);
    expect(Array.from({ length: 6 }, () => Math.round(high.next("a")))).toEqual([100, 200, 400, 800, 1_000, 1_000]);
    expect(high.failures("a")).toBe(6);
    high.forget("a");
    expect(Math.round(high.next("a"))).toBe(100);
  });
});
