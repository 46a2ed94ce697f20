import type { Want } from "../reader.ts";
import { type Entry, setWant } from "./entry.ts";

/** Where a wanted value lives. */
export interface Held {
  readonly entry: Entry;
  readonly owner: Owner;
}

/** The part of a reader that subscriptions speak to. */
export interface Owner {
  ensure(ref: Want["ref"]): Entry;
  /** The wants of the entry changed: it may be polled at another interval, or by nobody any more. */
  wantsChanged(entry: Entry): void;
}

/** One want, with the reader that it is of. */
export interface Wanted {
  readonly want: Want;
  readonly owner: Owner;
}

/** Who wants what: the book behind `Subscriptions`. */
export interface Subscribers {
  replace(subscriber: string, wants: readonly Wanted[]): void;
}

export function createSubscribers(): Subscribers {
  const book = new Map<string, readonly Held[]>();
  return {
    replace(subscriber, wants) {
      const now = wantedBy(wants);
      const left = (book.get(subscriber) ?? []).filter(({ entry }) => !now.has(entry));
      for (const { entry } of left) {
        setWant(entry, subscriber, undefined);
      }
      const held = [...now].map(([entry, { owner }]) => ({ entry, owner }));
      const changed = held.filter(({ entry }) => renew(entry, subscriber, now.get(entry)?.want));
      book.set(subscriber, held);
      if (held.length === 0) {
        book.delete(subscriber);
      }
      for (const { entry, owner } of [...left, ...changed]) {
        owner.wantsChanged(entry);
      }
    },
  };
}

/** @returns whether it is wanted anew or at another interval. */
function renew(entry: Entry, subscriber: string, want: Want | undefined): boolean {
  const last = entry.wants.get(subscriber);
  setWant(entry, subscriber, want);
  return last === undefined || last.intervalMs !== want?.intervalMs;
}

function wantedBy(wants: readonly Wanted[]): ReadonlyMap<Entry, Wanted> {
  const wanted = new Map<Entry, Wanted>();
  for (const { want, owner } of wants) {
    const entry = owner.ensure(want.ref);
    const other = wanted.get(entry)?.want;
    wanted.set(entry, { want: other === undefined ? want : both(other, want), owner });
  }
  return wanted;
}

/** One subscriber that wants a value twice, say for two keys: the shorter interval, and of a find all that either keeps. */
function both(a: Want, b: Want): Want {
  const { keep: _keep, keepId: _keepId, ...first } = (a.intervalMs ?? Infinity) <= (b.intervalMs ?? Infinity) ? a : b;
  const { keep: keepA } = a;
  const { keep: keepB } = b;
  if (keepA === undefined || keepB === undefined) {
    return first;
  }
  return {
    ...first,
    keep: (name) => keepA(name) || keepB(name),
    keepId: JSON.stringify([a.keepId, b.keepId]),
  };
}
