import { setImmediate } from "node:timers/promises";
import { sliceMs } from "./slice.ts";

/** Maps what may be many, giving the event loop a turn in between. The order and the outcome do not depend on it. */
export async function mapInSlices<T, R>(items: Iterable<T>, map: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  let started = performance.now();
  for (const item of items) {
    results.push(map(item));
    if (performance.now() - started < sliceMs) continue;
    await setImmediate();
    started = performance.now();
  }
  return results;
}

/** So many keys are handled in a few milliseconds by a step that goes over all of them. */
const manyKeys = 1000;

/** Gives the event loop a turn between two steps that each go over all of so many keys. */
export async function giveTurn(keys: number): Promise<void> {
  if (keys > manyKeys) await setImmediate();
}
