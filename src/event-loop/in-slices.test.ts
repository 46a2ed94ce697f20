import { describe, expect, it } from "@jest/globals";
import { giveTurn, joinInSlices, mapInSlices } from "./in-slices.ts";
import { createTurns } from "./turns.ts";

/** Turns of three milliseconds, and work that takes one each; `perTurn` tells how much was done in each. */
function bench() {
  let time = 0;
  let inThisTurn = 0;
  const perTurn: number[] = [];
  const turns = createTurns({
    now: () => time,
    nextTurn: (callback) => {
      setImmediate(() => {
        perTurn.push(inThisTurn);
        inThisTurn = 0;
        callback();
      });
    },
    sliceMs: 3,
  });
  const work = (item: number): string => {
    time += 1;
    inThisTurn += 1;
    return `<${item}>`;
  };
  return { turns, perTurn, work };
}
const seven = [1, 2, 3, 4, 5, 6, 7];

describe("mapInSlices", () => {
  it("maps in order, and gives the event loop a turn whenever the slice is over", async () => {
    const { turns, perTurn, work } = bench();
    expect(await mapInSlices(seven, turns, work)).toEqual(["<1>", "<2>", "<3>", "<4>", "<5>", "<6>", "<7>"]);
    expect(perTurn).toEqual([3, 3]);
  });

  it("shares a turn with others that go over many things", async () => {
    const { turns, perTurn, work } = bench();
    await Promise.all([mapInSlices(seven, turns, work), mapInSlices(seven, turns, work)]);
    expect(Math.max(...perTurn)).toBe(3);
  });
});

describe("joinInSlices", () => {
  it("gives a piece a turn", async () => {
    const { turns, work } = bench();
    const pieces: string[] = [];
    for await (const piece of joinInSlices(seven, turns, work)) pieces.push(piece);
    expect(pieces).toEqual(["<1><2><3>", "<4><5><6>", "<7>"]);
  });
});

describe("giveTurn", () => {
  it.each([
    { keys: 1000, given: 0 },
    { keys: 1001, given: 1 },
  ])("waits for a turn before a step over many keys alone: $keys", async ({ keys, given }) => {
    const { turns, perTurn, work } = bench();
    await mapInSlices([1, 2, 3], turns, work);
    await giveTurn(keys, turns);
    expect(perTurn).toHaveLength(given);
  });
});
