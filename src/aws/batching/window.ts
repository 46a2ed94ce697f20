import type { Clock } from "../clock.ts";
import { type Batch, createBatch } from "./batch.ts";
import type { Ask } from "./outcome.ts";

/**
 * Waits a moment for others that ask too: until nobody came for `idleMs`, at most `maxMs` after the first, and not at
 * all for a batch that is full. So a single new resource waits 5 ms and a thousand at once fill their calls.
 */
export interface Window<A extends Ask, T> {
  /** The ticket of the batch that the ask travels with; `onPlaced` gets it before the batch may be sent. */
  add(ask: A, onPlaced: (ticket: T) => void): T;
  /** Sends what waits, now. */
  flush(): void;
}

export interface WindowOptions<A extends Ask, T> {
  readonly clock: Clock;
  readonly capacity: number;
  readonly idleMs: number;
  readonly maxMs: number;
  /** Makes the ticket of a new batch. */
  readonly open: () => T;
  readonly send: (asks: readonly A[], ticket: T) => void;
}

export function createWindow<A extends Ask, T>(options: WindowOptions<A, T>): Window<A, T> {
  const { clock, capacity, idleMs, maxMs } = options;
  const waiting = new Map<Batch<A>, T>();
  let firstAt = 0;
  let cancel: (() => void) | undefined;

  const send = (batch: Batch<A>, ticket: T): void => {
    waiting.delete(batch);
    options.send(batch.asks(), ticket);
  };
  const flush = (): void => {
    cancel?.();
    cancel = undefined;
    for (const [batch, ticket] of [...waiting]) {
      send(batch, ticket);
    }
  };
  const arm = (): void => {
    cancel?.();
    // A clock that was set back must not hold anybody up.
    const left = Math.min(maxMs, firstAt + maxMs - clock.now());
    cancel = clock.after(Math.max(0, Math.min(idleMs, left)), flush);
  };
  const place = (ask: A): readonly [Batch<A>, T] => {
    for (const [batch, ticket] of waiting) {
      if (batch.has(ask.key)) {
        return [batch, ticket];
      }
      if (batch.accepts(ask)) {
        batch.add(ask);
        return [batch, ticket];
      }
    }
    const batch = createBatch<A>(capacity);
    const ticket = options.open();
    batch.add(ask);
    if (waiting.size === 0) {
      firstAt = clock.now();
    }
    waiting.set(batch, ticket);
    return [batch, ticket];
  };
  return {
    add(ask, onPlaced) {
      const [batch, ticket] = place(ask);
      onPlaced(ticket);
      if (batch.free === 0) {
        send(batch, ticket);
      }
      if (waiting.size > 0) {
        arm();
      }
      return ticket;
    },
    flush,
  };
}
