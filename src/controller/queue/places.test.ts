import { beforeEach, describe, expect, it } from "@jest/globals";
import type { Line } from "./fair-lines.ts";
import { createPlaces, type Places } from "./places.ts";

let places: Places;
/** Who has come in so far, in order. */
let inside: string[];
let leaves: (() => void)[];

beforeEach(() => {
  places = createPlaces(2);
  inside = [];
  leaves = [];
});

async function enter(...keys: readonly (readonly [string, Line])[]): Promise<void> {
  for (const [key, line] of keys) {
    void places.enter(key, line).then((leave) => {
      inside.push(key);
      leaves.push(leave);
    });
  }
  await settle();
}

async function leave(): Promise<void> {
  leaves.shift()?.();
  await settle();
}

async function settle(): Promise<void> {
  for (let tick = 0; tick < 10; tick += 1) await Promise.resolve();
}

describe("places", () => {
  it("are for so many at a time, and are given on", async () => {
    await enter(["a/1", "refresh"], ["a/2", "refresh"], ["a/3", "refresh"], ["a/4", "refresh"]);
    expect(inside).toEqual(["a/1", "a/2"]);
    await leave();
    expect(inside).toEqual(["a/1", "a/2", "a/3"]);
    await leave();
    await leave();
    await leave();
    await enter(["b/1", "refresh"], ["b/2", "refresh"], ["b/3", "refresh"]);
    expect(inside.slice(4)).toEqual(["b/1", "b/2"]);
  });

  it("go to what a person does before refreshes", async () => {
    await enter(["a/1", "refresh"], ["a/2", "refresh"], ["a/3", "refresh"], ["a/edited", "interactive"]);
    await leave();
    expect(inside.slice(2)).toEqual(["a/edited"]);
  });

  it("go to each namespace in turn", async () => {
    await enter(["a/1", "refresh"], ["a/2", "refresh"], ["a/3", "refresh"], ["a/4", "refresh"], ["b/1", "refresh"]);
    await leave();
    await leave();
    expect(inside.slice(2)).toEqual(["a/3", "b/1"]);
  });
});
