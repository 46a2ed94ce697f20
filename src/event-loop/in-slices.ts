import type { Turns } from "./turns.ts";

/** Maps what may be many, giving the event loop a turn in between. The order and the outcome do not depend on it. */
export async function mapInSlices<T, R>(items: Iterable<T>, turns: Turns, map: (item: T) => R): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) {
    if (!turns.hasTime()) await turns.take();
    results.push(map(item));
  }
  return results;
}

/** The texts of what may be many, joined to a piece a turn of the event loop. */
export async function* joinInSlices<T>(
  items: Iterable<T>,
  turns: Turns,
  textOf: (item: T) => string,
): AsyncIterable<string> {
  let piece = "";
  for (const item of items) {
    if (!turns.hasTime()) {
      yield piece;
      piece = "";
      await turns.take();
    }
    piece += textOf(item);
  }
  yield piece;
}

/** So many keys are handled in a few milliseconds by a step that goes over all of them. */
const manyKeys = 1000;

/** Lets the event loop turn between two steps that each go over all of so many keys, where the present slice is over. */
export async function giveTurn(keys: number, turns: Turns): Promise<void> {
  if (keys > manyKeys) await turns.take();
}
