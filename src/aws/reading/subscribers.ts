import type { Reader, Want } from "../reader.ts";
import { type Entry, setWant } from "./entry.ts";

/** The part of a reader that subscriptions speak to. */
export interface Owner {
  ensure(ref: Want["ref"]): Entry;
  /** The wants of the entry changed: it may be polled at another interval, or by nobody any more. */
  wantsChanged(entry: Entry): void;
}

/** Who wants what: the book behind `Subscriptions`. */
export interface Subscribers {
  /** Throws where a reader was released, or belongs to another plane; then nothing has changed. */
  replace(subscriber: string, wants: readonly Want[]): void;
}

export interface Owners {
  /** Throws where the reader was released, or belongs to another plane. */
  ownerOf(reader: Reader): Owner;
  /** Undefined in that case. */
  findOwner(reader: Reader): Owner | undefined;
}

export function createSubscribers({ ownerOf, findOwner }: Owners): Subscribers {
  const book = new Map<string, readonly Entry[]>();
  return {
    replace(subscriber, wants) {
      const now = wantedBy(wants, ownerOf);
      const left = (book.get(subscriber) ?? []).filter((entry) => !now.has(entry));
      const changed = [...leave(left, subscriber), ...renewAll(now, subscriber)];
      book.set(subscriber, [...now.keys()]);
      if (now.size === 0) {
        book.delete(subscriber);
      }
      for (const [entry, reader] of changed) {
        // What a closed plane held is gone with it.
        findOwner(reader)?.wantsChanged(entry);
      }
    },
  };
}

/** @returns those whose wants have changed. */
function leave(entries: readonly Entry[], subscriber: string): readonly (readonly [Entry, Reader])[] {
  return entries.flatMap((entry) => {
    const want = entry.wants.get(subscriber);
    setWant(entry, subscriber, undefined);
    return want === undefined ? [] : [[entry, want.reader] as const];
  });
}

/** @returns those whose wants have changed. */
function renewAll(wanted: ReadonlyMap<Entry, Want>, subscriber: string): readonly (readonly [Entry, Reader])[] {
  return [...wanted].flatMap(([entry, want]) =>
    renew(entry, subscriber, want) ? [[entry, want.reader] as const] : [],
  );
}

/** @returns whether it is wanted anew or at another interval. */
function renew(entry: Entry, subscriber: string, want: Want): boolean {
  const last = entry.wants.get(subscriber);
  setWant(entry, subscriber, want);
  return last === undefined || last.intervalMs !== want.intervalMs;
}

function wantedBy(wants: readonly Want[], ownerOf: (reader: Reader) => Owner): ReadonlyMap<Entry, Want> {
  // Before any entry is made, so that nothing is half done.
  const owned = wants.map((want) => ({ want, owner: ownerOf(want.reader) }));
  const wanted = new Map<Entry, Want>();
  for (const { want, owner } of owned) {
    const entry = owner.ensure(want.ref);
    const other = wanted.get(entry);
    wanted.set(entry, other === undefined ? want : both(other, want));
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
