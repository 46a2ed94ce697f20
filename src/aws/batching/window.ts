import type { Permit, Priority } from "../calls.ts";
import type { Clock } from "../clock.ts";
import { type Batch, createBatch } from "./batch.ts";
import type { Ask } from "./outcome.ts";

/**
 * Waits a moment for others that ask too: until nobody came for `idleMs`, at most `maxMs` after the first, and not at
 * all for a batch that is full. Then the batch stands in line for the quota, and takes in more until it is let go: so a
 * single new resource waits 5 ms, and where the quota is what is waited for, every call is full. A refresh stays longer
 * while others of its reader stand in line: at a start, who waits for a secret waits for parameters too, and what has come
 * together meanwhile is one call.
 */
export interface Window<A extends Ask, T> {
  /** The ticket of the batch that the ask travels with; `onPlaced` gets it before the batch may be sent. */
  add(ask: A, priority: Priority, onPlaced: (ticket: T) => void): T;
  /** Somebody in a hurry has come to wait for this ticket. */
  hurry(ticket: T): void;
  /** Sends what waits, now. */
  flush(): void;
  /** Some batch stands in line for the quota. */
  readonly isInLine: boolean;
}

/** Milliseconds. People wait for the one; the other would rather save a call. */
export type Patience = Readonly<Record<Priority, { readonly idleMs: number; readonly maxMs: number }>>;

export interface WindowOptions<A extends Ask, T> {
  readonly clock: Clock;
  readonly capacity: number;
  readonly patience: Patience;
  /** Makes the ticket of a new batch. */
  readonly open: () => T;
  /** Others, with whom these asks came, stand in line for another quota. */
  readonly othersInLine?: () => boolean;
  /** Stands in line for the quota; undefined: there is no line. */
  readonly admit?: (ticket: T, priority: Priority) => Promise<Permit | undefined> | undefined;
  readonly send: (asks: readonly A[], ticket: T, permit: Permit | undefined) => void;
}

interface Waiting<A extends Ask, T> {
  readonly batch: Batch<A>;
  readonly ticket: T;
  readonly firstAt: number;
  lastAt: number;
  priority: Priority;
  /** In line for the quota. */
  boarding: boolean;
  cancel: (() => void) | undefined;
}

/** Past it a batch goes as it is: a resource without parameters must not wait for those of others for ever. */
const longestStayMs = 5000;

export function createWindow<A extends Ask, T>(options: WindowOptions<A, T>): Window<A, T> {
  const { clock, capacity, patience } = options;
  const waiting = new Map<T, Waiting<A, T>>();
  /** Those of them that are not full. */
  const open = new Set<Waiting<A, T>>();

  const send = (departing: Waiting<A, T>, permit: Permit | undefined): void => {
    if (!waiting.delete(departing.ticket)) {
      permit?.giveBack();
      return;
    }
    departing.cancel?.();
    open.delete(departing);
    options.send(departing.batch.asks(), departing.ticket, permit);
  };
  const board = (closing: Waiting<A, T>): void => {
    closing.cancel?.();
    closing.boarding = true;
    const admitted = options.admit?.(closing.ticket, closing.priority);
    if (admitted === undefined) {
      send(closing, undefined);
    } else {
      void admitted.then((permit) => send(closing, permit));
    }
  };
  const mayStay = ({ priority, firstAt }: Waiting<A, T>, now: number): boolean =>
    priority === "refresh" && now - firstAt < longestStayMs && (options.othersInLine?.() ?? false);
  const arm = (each: Waiting<A, T>): void => {
    const { idleMs, maxMs } = patience[each.priority];
    const now = clock.now();
    const left = Math.min(each.lastAt + idleMs, each.firstAt + maxMs) - now;
    const stays = left <= 0 && mayStay(each, now);
    // A clock that was set back must not hold anybody up.
    if ((left <= 0 && !stays) || now < each.lastAt) {
      board(each);
      return;
    }
    each.cancel?.();
    each.cancel = clock.after(stays ? idleMs : left, () => arm(each));
  };
  const hurry = (each: Waiting<A, T>): void => {
    if (each.priority === "interactive") {
      return;
    }
    each.priority = "interactive";
    // In line already: once more, in the faster one. Whichever comes first is taken.
    if (each.boarding) {
      board(each);
    } else {
      arm(each);
    }
  };
  /** After somebody came: a full batch stands in line at once, any other when its time is over. */
  const goOn = (each: Waiting<A, T>): void => {
    const isFull = each.batch.free === 0;
    if (isFull) {
      open.delete(each);
    }
    if (each.boarding) {
      return;
    }
    if (isFull) {
      board(each);
    } else if (each.cancel === undefined) {
      arm(each);
    }
  };
  const placeFor = (ask: A, priority: Priority): Waiting<A, T> | undefined => {
    for (const each of open) {
      // Who is in a hurry does not get on behind others that stand in the slower line.
      const isLate = priority === "interactive" && each.priority === "refresh" && each.boarding;
      if (each.batch.has(ask.key) || (!isLate && each.batch.accepts(ask))) {
        return each;
      }
    }
    return undefined;
  };
  const opened = (priority: Priority): Waiting<A, T> => {
    const now = clock.now();
    const made: Waiting<A, T> = {
      batch: createBatch<A>(capacity),
      ticket: options.open(),
      firstAt: now,
      lastAt: now,
      priority,
      boarding: false,
      cancel: undefined,
    };
    waiting.set(made.ticket, made);
    open.add(made);
    return made;
  };
  return {
    add(ask, priority, onPlaced) {
      const place = placeFor(ask, priority) ?? opened(priority);
      if (!place.batch.has(ask.key)) {
        place.batch.add(ask);
      }
      place.lastAt = clock.now();
      onPlaced(place.ticket);
      if (priority === "interactive") {
        hurry(place);
      }
      goOn(place);
      return place.ticket;
    },
    hurry(ticket) {
      const each = waiting.get(ticket);
      if (each !== undefined) {
        hurry(each);
      }
    },
    get isInLine() {
      return waiting.values().some(({ boarding }) => boarding);
    },
    flush() {
      for (const each of [...waiting.values()]) {
        send(each, undefined);
      }
    },
  };
}
