import type { Priority } from "../calls.ts";
import type { Clock } from "../clock.ts";
import { type AdaptiveBucket, createAdaptiveBucket } from "./adaptive-bucket.ts";
import { createLines } from "./lines.ts";

/** Where a request stands in line. */
export interface Turn {
  readonly priority: Priority;
  readonly store: string;
  readonly signal?: AbortSignal;
}

/** The limiter of one quota: one class of requests in one account and region. */
export interface Limiter {
  /** Resolves when the request may go out, with the milliseconds that it waited. Rejects with the signal's reason. */
  acquire(turn: Turn): Promise<number>;
  /** Who was let out made no request after all. */
  giveBack(): void;
  /** The service throttled a request of this quota. */
  throttled(): void;
  setCeiling(ceiling: number): void;
  /** Requests a second that it allows now. */
  rate(): number;
  readonly waiting: number;
}

/**
 * A limiter at `ceiling` requests a second. It never lets more out than the bucket holds; who waits is served by
 * priority, then in turns by store.
 */
export function createLimiter({ clock, ceiling }: { readonly clock: Clock; readonly ceiling: number }): Limiter {
  const bucket: AdaptiveBucket = createAdaptiveBucket(ceiling, clock.now());
  const lines = createLines<() => void>();
  let cancelTimer: (() => void) | undefined;

  function pump(): void {
    cancelTimer?.();
    cancelTimer = undefined;
    while (lines.size > 0 && bucket.take(clock.now())) lines.next()?.();
    if (lines.size > 0) cancelTimer = clock.after(Math.max(1, bucket.wait(clock.now(), together())), pump);
  }

  /** For people the next token is waited for; refreshes among themselves leave in groups, which share a wake-up. */
  function together(): number {
    return lines.hasInteractive ? 1 : lines.size;
  }

  function wait(turn: Turn, since: number): Promise<number> {
    return new Promise((resolve, reject) => {
      const leave = lines.add(() => {
        turn.signal?.removeEventListener("abort", abort);
        resolve(clock.now() - since);
      }, turn);
      const abort = (): void => {
        if (leave()) reject(turn.signal?.reason);
      };
      turn.signal?.addEventListener("abort", abort, { once: true });
      // Whoever is in a hurry does not wait for a group.
      if (cancelTimer === undefined || turn.priority === "interactive") pump();
    });
  }

  return {
    async acquire(turn) {
      turn.signal?.throwIfAborted();
      const now = clock.now();
      if (lines.size === 0 && bucket.take(now)) return 0;
      return wait(turn, now);
    },
    giveBack() {
      bucket.giveBack(clock.now());
      pump();
    },
    throttled: () => bucket.throttled(clock.now()),
    setCeiling(next) {
      bucket.setCeiling(next, clock.now());
      // A higher rate may let someone out sooner than the timer says.
      pump();
    },
    rate: () => bucket.rate(clock.now()),
    get waiting() {
      return lines.size;
    },
  };
}
