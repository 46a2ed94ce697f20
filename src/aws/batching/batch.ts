import { mayBeSame, type ObjectName, objectOf } from "../refs/object-name.ts";
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
  const members = new Map<string, { readonly ask: A; readonly object: ObjectName }>();
  return {
    get size() {
      return members.size;
    },
    get free() {
      return capacity - members.size;
    },
    has: (key) => members.has(key),
    accepts(ask) {
      if (members.size >= capacity) {
        return false;
      }
      const object = objectOf(ask.ref);
      return ![...members.values()].some((member) => mayBeSame(member.object, object));
    },
    add: (ask) => void members.set(ask.key, { ask, object: objectOf(ask.ref) }),
    delete: (key) => members.delete(key),
    asks: () => [...members.values()].map(({ ask }) => ask),
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
