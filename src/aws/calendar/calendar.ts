import type { Ask } from "../batching/outcome.ts";
import { createLane, type Due, type Lane, type ScheduledBatch, type Span } from "./lane.ts";

/** The lanes of one reader and route: one for each interval that somebody asks for. */
export interface Calendar<A extends Ask> {
  /**
   * Puts the ref at this interval, or leaves it where it is if it already has it.
   * @param dueBy when it should be read next (clock milliseconds): the returned batch may be due later.
   */
  place(ask: A, intervalMs: number, moment: { readonly now: number; readonly dueBy: number }): ScheduledBatch<A>;
  remove(key: string): void;
  batchOf(key: string): ScheduledBatch<A> | undefined;
  /** What fell due, oldest first. */
  takeDue(now: number): readonly Due<A>[];
  nextDue(): number;
  /** To be told when a batch starts to run: closes gaps while nobody can become late by it. */
  settle(batch: ScheduledBatch<A>, now: number): void;
  /** A batch that fell due too early comes again between the two moments; false: there is no slot between them. */
  defer(batch: ScheduledBatch<A>, between: Span): boolean;
  shift(ms: number): void;
  /** Calls a cycle and refs, for each interval. */
  loads(): readonly { readonly intervalMs: number; readonly batches: number; readonly size: number }[];
  /** Every ref with its interval. */
  members(): readonly { readonly ask: A; readonly intervalMs: number }[];
}

export function createCalendar<A extends Ask>(options: {
  /** Refs a batch. */
  readonly capacity: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}): Calendar<A> {
  const lanes = new Map<number, Lane<A>>();
  /** By the key of each ref. */
  const places = new Map<string, ScheduledBatch<A>>();

  const laneOf = (intervalMs: number, now: number): Lane<A> => {
    const lane = lanes.get(intervalMs) ?? createLane<A>({ ...options, intervalMs }, now);
    lanes.set(intervalMs, lane);
    return lane;
  };
  const remove = (key: string): void => {
    const batch = places.get(key);
    if (batch === undefined) {
      return;
    }
    places.delete(key);
    batch.lane.delete(key, batch);
    if (batch.lane.size === 0) {
      lanes.delete(batch.lane.intervalMs);
    }
  };
  return {
    place(ask, intervalMs, { now, dueBy }) {
      const known = places.get(ask.key);
      if (known?.lane.intervalMs === intervalMs) {
        return known;
      }
      remove(ask.key);
      const batch = laneOf(intervalMs, now).add(ask, now, dueBy);
      places.set(ask.key, batch);
      return batch;
    },
    remove,
    batchOf: (key) => places.get(key),
    takeDue: (now) => [...lanes.values()].flatMap((lane) => lane.takeDue(now)).sort((a, b) => a.at - b.at),
    nextDue: () => Math.min(Infinity, ...[...lanes.values()].map((lane) => lane.nextDue())),
    settle(batch, now) {
      for (const moved of batch.lane.settle(batch, now)) {
        places.set(moved.ask.key, moved.batch);
      }
    },
    // One that was emptied meanwhile has left its lane.
    defer: (batch, between) => batch.size > 0 && batch.lane.defer(batch, between),
    shift(ms) {
      for (const lane of lanes.values()) {
        lane.shift(ms);
      }
    },
    members: () =>
      [...new Set(places.values())].flatMap((batch) =>
        batch.asks().map((ask) => ({ ask, intervalMs: batch.lane.intervalMs })),
      ),
    loads: () => [...lanes.values()].map(({ intervalMs, batches, size }) => ({ intervalMs, batches, size })),
  };
}
