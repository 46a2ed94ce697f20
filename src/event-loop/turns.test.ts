import { describe, expect, it } from "@jest/globals";
import { createTurns } from "./turns.ts";

/** A clock and an event loop that stand still. */
function bench() {
  let time = 0;
  let due: (() => void)[] = [];
  const turns = createTurns({ now: () => time, nextTurn: (callback) => void due.push(callback), sliceMs: 10 });
  const done: string[] = [];
  return {
    done,
    /** Work that takes so long, once it has its turn. */
    async work(name: string, ms: number): Promise<void> {
      await turns.take();
      time += ms;
      done.push(name);
    },
    async settle(): Promise<void> {
      for (let tick = 0; tick < 5; tick++) await Promise.resolve();
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
  it("lets work begin until the slice is over, and the rest later, in order", async () => {
    const { work, settle, nextTurn, done } = bench();
    const all = ["a", "b", "c", "d", "e"];
    for (const name of all) {
      void work(name, 6);
      await settle();
    }
    expect(done).toEqual(["a", "b"]);
    for (const expected of [3, 4, 5]) {
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
    nextTurn();
    await settle();
    expect(done).toEqual(["a", "b", "c", "late"]);
  });

  it("asks for no turn of the event loop while nobody works", async () => {
    const bed = bench();
    await bed.work("a", 20);
    bed.nextTurn();
    expect(bed.scheduled).toBe(0);
    await bed.work("b", 1);
    expect(bed.done).toEqual(["a", "b"]);
  });
});
