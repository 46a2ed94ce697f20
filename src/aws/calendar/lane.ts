import { type Batch, createBatch } from "../batching/batch.ts";
import type { Ask } from "../batching/outcome.ts";

/** The moments of an interval at which batches fall due. */
export interface Slot<A extends Ask = Ask> {
  /** When it is due next (clock milliseconds). */
  next: number;
  readonly batches: Set<ScheduledBatch<A>>;
}

export interface ScheduledBatch<A extends Ask = Ask> extends Batch<A> {
  readonly lane: Lane<A>;
  slot: Slot<A>;
}

/** Clock milliseconds. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** A batch that is due, and since when. */
export interface Due<A extends Ask = Ask> {
  readonly batch: ScheduledBatch<A>;
  readonly at: number;
}

/**
 * All refs of one interval, in stable batches, each due once an interval at a moment of its own. Newcomers fill the holes
 * that leavers left, and a batch that the rest could take in is dissolved right after it ran, when everybody else is due
 * within one interval: so a cycle stays at ceil(n / capacity) calls without any burst, and no ref ever waits longer than
 * an interval.
 */
export interface Lane<A extends Ask> {
  readonly intervalMs: number;
  /** Refs. */
  readonly size: number;
  /** Calls a cycle. */
  readonly batches: number;
  /** @param dueBy prefers a batch that is due until then (clock milliseconds); any is due within an interval. */
  add(ask: A, now: number, dueBy: number): ScheduledBatch<A>;
  delete(key: string, batch: ScheduledBatch<A>): void;
  /** Takes what fell due, each once however long ago. */
  takeDue(now: number): readonly Due<A>[];
  /** When something falls due next; Infinity where nothing is planned. */
  nextDue(): number;
  /**
   * Moves a batch that fell due too early to the slot with the fewest batches that is due between the two moments.
   * @returns false where there is none.
   */
  defer(batch: ScheduledBatch<A>, between: Span): boolean;
  /** To be told when a batch starts to run: refs that move to other batches are returned with these. */
  settle(batch: ScheduledBatch<A>, now: number): readonly { readonly ask: A; readonly batch: ScheduledBatch<A> }[];
  /** The clock was set: moves all moments along. */
  shift(ms: number): void;
}

/**
 * Batches that fall due together share a wake-up, which halves the CPU of a cycle; more than 20 slots gain nothing, and
 * fewer than 6 make a spike of the calls (docs/architecture.md, "Batching").
 */
const slotsPerInterval = 12;
// Within its twelfth a slot is moved by chance, so that two operators started together do not poll together.
const jitter = 0.5;
// Among many batches with holes one fits soon, or two ids of one object are in the way everywhere.
const holesTried = 32;

export interface LaneOptions {
  readonly intervalMs: number;
  /** Refs a batch. */
  readonly capacity: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export function createLane<A extends Ask>({ intervalMs, capacity, random }: LaneOptions, now: number): Lane<A> {
  const phase = random();
  const slots = Array.from({ length: slotsPerInterval }, (_, index): Slot<A> => {
    const share = (phase + (index + jitter * random()) / slotsPerInterval) % 1;
    return { next: now + Math.round((1 - share) * intervalMs), batches: new Set() };
  });
  const open = new Set<ScheduledBatch<A>>();
  let size = 0;
  let batches = 0;

  const put = (ask: A, batch: ScheduledBatch<A>): ScheduledBatch<A> => {
    batch.add(ask);
    size += 1;
    if (batch.free === 0) {
      open.delete(batch);
    }
    return batch;
  };
  const take = (key: string, batch: ScheduledBatch<A>): void => {
    if (!batch.delete(key)) {
      return;
    }
    size -= 1;
    open.add(batch);
    if (batch.size === 0) {
      batch.slot.batches.delete(batch);
      open.delete(batch);
      batches -= 1;
    }
  };
  const holeFor = (ask: A, dueBy: number, except?: ScheduledBatch<A>): ScheduledBatch<A> | undefined => {
    let late: ScheduledBatch<A> | undefined;
    for (const batch of open.values().take(holesTried)) {
      if (batch === except || !batch.accepts(ask)) {
        continue;
      }
      if (batch.slot.next <= dueBy) {
        return batch;
      }
      late ??= batch;
    }
    return late;
  };
  const newBatch = (now: number, dueBy: number): ScheduledBatch<A> => {
    const soon = slots.filter((slot) => slot.next <= dueBy || slot.batches.size === 0);
    const slot = leastLoaded(soon.length > 0 ? soon : slots);
    if (slot.batches.size === 0) {
      advance(slot, now, intervalMs);
    }
    const batch: ScheduledBatch<A> = Object.assign(createBatch<A>(capacity), { lane, slot });
    slot.batches.add(batch);
    open.add(batch);
    batches += 1;
    return batch;
  };
  /** A slot above its share gives a batch up first, so that what is left stays evenly spread. */
  const isSpare = (batch: ScheduledBatch<A>): boolean => {
    const needed = Math.ceil(size / capacity);
    const share = needed / slotsPerInterval;
    const load = batch.slot.batches.size;
    const crowded = slots.some((slot) => slot.batches.size > Math.ceil(share));
    return batches > needed && (crowded ? load > Math.ceil(share) : load > Math.floor(share));
  };
  const lane: Lane<A> = {
    intervalMs,
    get size() {
      return size;
    },
    get batches() {
      return batches;
    },
    add: (ask, now, dueBy) => put(ask, holeFor(ask, dueBy) ?? newBatch(now, dueBy)),
    delete: take,
    takeDue(now) {
      const due = slots
        .filter((slot) => slot.next <= now)
        .flatMap((slot) => {
          const at = slot.next;
          advance(slot, now, intervalMs);
          return [...slot.batches].map((batch) => ({ batch, at }));
        });
      return due.sort((a, b) => a.at - b.at);
    },
    defer(batch, { from, to }) {
      const fitting = slots.filter((slot) => slot.next >= from && slot.next <= to);
      if (fitting.length === 0) {
        return false;
      }
      batch.slot.batches.delete(batch);
      batch.slot = leastLoaded(fitting);
      batch.slot.batches.add(batch);
      return true;
    },
    nextDue: () => Math.min(...slots.map((slot) => (slot.batches.size === 0 ? Infinity : slot.next))),
    settle(batch, now) {
      const moved: { readonly ask: A; readonly batch: ScheduledBatch<A> }[] = [];
      if (!isSpare(batch)) {
        return moved;
      }
      for (const ask of batch.asks()) {
        const hole = holeFor(ask, now + intervalMs, batch);
        if (hole !== undefined) {
          take(ask.key, batch);
          moved.push({ ask, batch: put(ask, hole) });
        }
      }
      return moved;
    },
    shift(ms) {
      for (const slot of slots) {
        slot.next += ms;
      }
    },
  };
  return lane;
}

function advance(slot: Slot, now: number, intervalMs: number): void {
  if (slot.next <= now) {
    slot.next += (Math.floor((now - slot.next) / intervalMs) + 1) * intervalMs;
  }
}

function leastLoaded<A extends Ask>(slots: readonly Slot<A>[]): Slot<A> {
  return slots.reduce((a, b) => (b.batches.size < a.batches.size ? b : a));
}
