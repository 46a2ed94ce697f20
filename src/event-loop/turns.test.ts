import { describe, expect, it } from "@jest/globals";
import { createTurns } from "./turns.ts";

/** A clock and an event loop that stand still. */
function bench() {
  let time = 0;
  let due: (() => void)[] = [];
  const ended: (() => void)[] = [];
  const turns = createTurns({
    now: () => time,
    nextTurn: (callback) => void due.push(callback),
    afterWork: (callback) => void ended.push(callback),
    sliceMs: 10,
  });
  const done: string[] = [];
  return {
    done,
    /** Work that takes so long, once it has its turn, over a few promises. */
    async work(name: string, ms: number): Promise<void> {
      await turns.take();
      for (let tick = 0; tick < 3; tick++) await Promise.resolve();
      time += ms;
      done.push(name);
    },
    async settle(): Promise<void> {
      do {
        for (let tick = 0; tick < 20; tick++) await Promise.resolve();
        ended.shift()?.();
      } while (ended.length > 0);
      for (let tick = 0; tick < 20; tick++) await Promise.resolve();
    },
    nextTurn(): void {
      const now = due;
      due = [];
      for (const callback of now) callback();
    },
    get scheduled() {
      return due.length;
    },
  };
}

describe("turns of the event loop", () => {
  it("lets work begin until the slice is over, and the rest in later turns, in order", async () => {
    const { work, settle, nextTurn, done } = bench();
    const all = ["a", "b", "c", "d", "e"];
    for (const name of all) {
      void work(name, 6);
      await settle();
    }
    expect(done).toEqual(["a", "b"]);
    for (const expected of [4, 5]) {
      nextTurn();
      await settle();
      expect(done).toEqual(all.slice(0, expected));
    }
  });

  it("lets nobody overtake those that wait", async () => {
    const { work, settle, nextTurn, done } = bench();
    for (const name of ["a", "b", "c"]) {
      void work(name, 10);
      await settle();
    }
    nextTurn();
    void work("late", 1);
    await settle();
    expect(done).toEqual(["a", "b"]);
    nextTurn();
    await settle();
    expect(done).toEqual(["a", "b", "c"]);
    nextTurn();
    await settle();
    expect(done).toEqual(["a", "b", "c", "late"]);
  });

  it("asks for no turn of the event loop while nobody works", async () => {
    const bed = bench();
    await bed.work("a", 20);
    await bed.settle();
    bed.nextTurn();
    expect(bed.scheduled).toBe(0);
    await bed.work("b", 1);
    await bed.settle();
    expect(bed.done).toEqual(["a", "b"]);
  });

  it("looks at the time after each piece, with all its promises, however many ask at once", async () => {
    const turns = createTurns({ now: () => performance.now(), sliceMs: 4 });
    let done = 0;
    const work = async (): Promise<void> => {
      await turns.take();
      for (let tick = 0; tick < 5; tick++) await undefined;
      const end = performance.now() + 6;
      while (performance.now() < end);
      done += 1;
    };
    const all = Array.from({ length: 5 }, work);
    const doneAfter: number[] = [];
    while (done < all.length) {
      await new Promise((resolve) => setImmediate(resolve));
      doneAfter.push(done);
    }
    // The first turn ends before this test is called back for the first time, and so does the second.
    expect(doneAfter).toEqual([2, 3, 4, 5]);
    await Promise.all(all);
  });
});
