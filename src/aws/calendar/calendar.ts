import type { Ask } from "../batching/outcome.ts";
import { createLane, type Due, type Lane, type ScheduledBatch, type Span } from "./lane.ts";

/** Where a ref stands in the calendar. */
export interface Place<A extends Ask = Ask> {
  readonly lane: Lane<A>;
  readonly batch: ScheduledBatch<A>;
}

/** The lanes of one reader and route: one for each interval that somebody asks for. */
export interface Calendar<A extends Ask> {
  /**
   * Puts the ref at this interval, or leaves it where it is if it already has it.
   * @param dueBy when it should be read next (clock milliseconds): the returned place may be later.
   */
  place(ask: A, intervalMs: number, moment: { readonly now: number; readonly dueBy: number }): Place<A>;
  remove(key: string): void;
  placeOf(key: string): Place<A> | undefined;
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
  const places = new Map<string, Place<A> & { readonly ask: A }>();

  const laneWith = (batch: ScheduledBatch<A>): Lane<A> | undefined => {
    const [first] = batch.asks();
    return first === undefined ? undefined : places.get(first.key)?.lane;
  };
  const laneOf = (intervalMs: number, now: number): Lane<A> => {
    const lane = lanes.get(intervalMs) ?? createLane<A>({ ...options, intervalMs }, now);
    lanes.set(intervalMs, lane);
    return lane;
  };
  const remove = (key: string): void => {
    const place = places.get(key);
    if (place === undefined) {
      return;
    }
    places.delete(key);
    place.lane.delete(place.ask, place.batch);
    if (place.lane.size === 0) {
      lanes.delete(place.lane.intervalMs);
    }
  };
  return {
    place(ask, intervalMs, { now, dueBy }) {
      const known = places.get(ask.key);
      if (known?.lane.intervalMs === intervalMs) {
        return known;
      }
      remove(ask.key);
      const lane = laneOf(intervalMs, now);
      const place = { ask, lane, batch: lane.add(ask, now, dueBy) };
      places.set(ask.key, place);
      return place;
    },
    remove,
    placeOf: (key) => places.get(key),
    takeDue: (now) => [...lanes.values()].flatMap((lane) => lane.takeDue(now)).sort((a, b) => a.at - b.at),
    nextDue: () => Math.min(Infinity, ...[...lanes.values()].map((lane) => lane.nextDue())),
    settle(batch, now) {
      for (const moved of laneWith(batch)?.settle(batch, now) ?? []) {
        const place = places.get(moved.ask.key);
        if (place !== undefined) {
          places.set(moved.ask.key, { ...place, batch: moved.batch });
        }
      }
    },
    defer: (batch, between) => laneWith(batch)?.defer(batch, between) ?? false,
    shift(ms) {
      for (const lane of lanes.values()) {
        lane.shift(ms);
      }
    },
    members: () => [...places.values()].map(({ ask, lane }) => ({ ask, intervalMs: lane.intervalMs })),
    loads: () => [...lanes.values()].map(({ intervalMs, batches, size }) => ({ intervalMs, batches, size })),
  };
}
