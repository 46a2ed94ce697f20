import { mayBeSame, objectOf } from "../refs/object-name.ts";
import type { Ask } from "./outcome.ts";

/** Refs that may be asked in one call: no more than fit, and no two that may name one object. */
export interface Batch<A extends Ask = Ask> {
  readonly size: number;
  readonly free: number;
  has(key: string): boolean;
  accepts(ask: A): boolean;
  /** The caller has asked `accepts`. */
  add(ask: A): void;
  delete(key: string): boolean;
  asks(): A[];
}

export function createBatch<A extends Ask = Ask>(capacity: number): Batch<A> {
  // Twenty at most: looking through them is cheaper than a Map of them is to keep, for thousands of batches.
  const members: A[] = [];
  return {
    get size() {
      return members.length;
    },
    get free() {
      return capacity - members.length;
    },
    has: (key) => members.some((member) => member.key === key),
    accepts(ask) {
      if (members.length >= capacity) {
        return false;
      }
      const object = objectOf(ask.ref);
      return !members.some((member) => mayBeSame(objectOf(member.ref), object));
    },
    add: (ask) => void members.push(ask),
    delete(key) {
      const index = members.findIndex((member) => member.key === key);
      return index >= 0 && members.splice(index, 1).length > 0;
    },
    asks: () => [...members],
  };
}

/** Packs the asks into as few batches as first-fit finds. */
export function packed<A extends Ask>(asks: readonly A[], capacity: number): A[][] {
  const full: Batch<A>[] = [];
  const open = new Set<Batch<A>>();
  for (const ask of asks) {
    let batch = [...open].find((candidate) => candidate.accepts(ask));
    if (batch === undefined) {
      batch = createBatch<A>(capacity);
      full.push(batch);
      open.add(batch);
    }
    batch.add(ask);
    if (batch.free === 0) {
      open.delete(batch);
    }
  }
  return full.map((batch) => batch.asks());
}
