import type { ValueRef } from "../../api/source.ts";
import type { Clock } from "../clock.ts";
import { createFormerMatches, type FormerMatches } from "../find/former-matches.ts";
import type { QuotaClass } from "../limits/quota-class.ts";
import type { ContentMemory } from "../memory/content-memory.ts";
import type { Reading, Want } from "../reader.ts";
import { refKey } from "../refs/ref-key.ts";
import { isPinned, type Route, routeOf } from "../refs/route.ts";
import { withoutContent } from "../refs/source-value.ts";
import { FewMap } from "./few-map.ts";
import type { Flight } from "./flight.ts";

/** All that a reader knows of one ref. */
export interface Entry {
  readonly key: string;
  readonly ref: ValueRef;
  readonly route: Route;
  readonly pinned: boolean;
  /** By subscriber. */
  readonly wants: FewMap<string, Want>;
  /** How many of the wants ask for each interval (milliseconds). */
  readonly intervals: FewMap<number, number>;
  good: Reading["good"];
  failure: Reading["failure"];
  /** The newest request that is under way for it. */
  flight: Flight | undefined;
  /** The batch that it waits in, not yet sent. */
  pending: Flight | undefined;
  /** It made a shared batch fail: asked alone until it succeeds. */
  suspect: boolean;
  /** Of a find: whose matches `good` holds. Undefined: everybody's. */
  kept: ReadonlySet<unknown> | undefined;
  /** Of a find that is under way: whose matches it keeps. */
  keeping: ReadonlySet<unknown> | undefined;
  /** Of a find: what it brought before, as far as that is not in `good`. */
  former: FormerMatches | undefined;
  /** Of a find: the calls that the last good one took. */
  cost: ReadonlyMap<QuotaClass, number>;
  /** When it was last read or wanted (clock milliseconds). */
  usedAt: number;
}

// Shared by all that are no finds: there may be fifty thousand.
const nothing: Entry["cost"] = new Map();

export function createEntry(ref: ValueRef, now: number): Entry {
  return {
    key: refKey(ref),
    ref,
    route: routeOf(ref),
    pinned: isPinned(ref),
    wants: new FewMap(),
    intervals: new FewMap(),
    good: undefined,
    failure: undefined,
    flight: undefined,
    pending: undefined,
    suspect: false,
    kept: undefined,
    keeping: undefined,
    former: undefined,
    cost: nothing,
    usedAt: now,
  };
}

/** Keeps the versions alone. */
export function dropContent(entry: Entry): void {
  if (entry.good !== undefined) {
    entry.good = { ...entry.good, values: entry.good.values.map(withoutContent) };
  }
}

/** Sets or, with undefined, takes away what a subscriber wants. */
export function setWant(entry: Entry, subscriber: string, want: Want | undefined): void {
  count(entry.intervals, entry.wants.get(subscriber)?.intervalMs, -1);
  count(entry.intervals, want?.intervalMs, 1);
  if (want === undefined) {
    entry.wants.delete(subscriber);
  } else {
    entry.wants.set(subscriber, want);
  }
}

function count(counts: FewMap<number, number>, value: number | undefined, by: number): void {
  if (value === undefined) {
    return;
  }
  const sum = (counts.get(value) ?? 0) + by;
  counts.set(value, sum);
  if (sum === 0) {
    counts.delete(value);
  }
}

/** Tells a find of names that it brought before, so that one which no list brings is looked at before it counts as gone. */
export function addFormer(entry: Entry, names: readonly string[]): void {
  if (names.length === 0) {
    return;
  }
  const held = new Set(entry.good?.values.map(({ name }) => name));
  const unheld = names.filter((name) => !held.has(name));
  if (unheld.length > 0) {
    entry.former ??= createFormerMatches();
    entry.former.add(unheld);
  }
}

export function readingOf({ ref, good, failure }: Pick<Entry, "ref" | "good" | "failure">): Reading {
  return { ref, ...(good === undefined ? {} : { good }), ...(failure === undefined ? {} : { failure }) };
}

/** Drops all that the entry holds. */
export function forget(entry: Entry, memory: ContentMemory<Entry>): void {
  memory.release(entry);
  entry.good = undefined;
  entry.failure = undefined;
}

export interface Freshness {
  readonly notBefore: number;
  readonly content: boolean;
}

// A failure answers those who ask at the same time, and nobody who asks later: it may have healed.
const failureLastsMs = 5_000;
/** A pin never changes; it is looked at again only to notice that it is gone. */
export const pinLastsMs = 86_400_000;

/** Whether what is known answers a read, so that no request is needed. */
export function isAnswered(entry: Entry, { notBefore, content }: Freshness, clock: Clock): boolean {
  const now = clock.now();
  if (entry.failure !== undefined) {
    // What is polled is tried again by the poll; for what is not, whoever asks is the only one to try.
    const isPolled = entry.intervals.size > 0;
    return within(entry.failure.at, Math.max(notBefore, now - failureLastsMs), now) || (isPolled && isGoodEnough());
  }
  return isGoodEnough();

  function isGoodEnough(): boolean {
    const { good, former } = entry;
    if (good === undefined || former?.hasUnseen() || (content && !hasContent(good.values)) || !keepsAll(entry)) {
      return false;
    }
    const oldest = entry.pinned && entry.failure === undefined ? Math.min(notBefore, now - pinLastsMs) : notBefore;
    return within(good.at, oldest, now);
  }
}

/** A time ahead of now means that the clock was set back: such an age is worth nothing. */
function within(at: number, from: number, now: number): boolean {
  return at >= from && at <= now;
}

function hasContent(values: NonNullable<Reading["good"]>["values"]): boolean {
  return values.every((value) => value.content !== undefined || value.tags !== undefined);
}

/** By what two predicates of a find are told apart. */
export function keepIdOf(want: Want): unknown {
  return want.keepId ?? want.keep;
}

/** Whether a find's matches are kept for all who want it now. */
export function keepsAll({ kept, wants }: Pick<Entry, "kept" | "wants">): boolean {
  return kept === undefined || [...wants.values()].every((want) => want.keep !== undefined && kept.has(keepIdOf(want)));
}
