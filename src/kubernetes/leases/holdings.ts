import type { Clock } from "../clock.ts";

/** Why a shard is no longer ours: its Lease could not be renewed in time, others took it, or we give it up. */
export type LossReason = "expired" | "taken" | "rebalanced" | "stopped";

/** Which shards this process may act for, at this very moment. */
export interface Holdings {
  /** Checked against the clock: false from the moment on that the deadline has passed, even before any timer ran. */
  holds(shard: number): boolean;
  held(): readonly number[];
  /** A take succeeded, sent at that time: acts from now on, unless the deadline has passed meanwhile. */
  gain(shard: number, sentAt: LeaseTime): void;
  /** A renewal succeeded. It does not bring back what had expired before: others may have acted since. */
  extend(shard: number, sentAt: LeaseTime): void;
  /** Ends acting for a shard. What the callback returns is to be awaited before the Lease is given up. */
  drop(shard: number, reason: LossReason): void | Promise<void>;
}

export interface LeaseTime {
  readonly monotonic: number;
  readonly wall: number;
}

export interface HoldingsOptions {
  readonly clock: Clock;
  readonly wallNow: () => number;
  /** How long after sending a successful renewal this process may act. Less than the Lease's duration. */
  readonly renewDeadlineMs: number;
  readonly onGained: (shard: number) => void;
  readonly onLost: (shard: number, reason: LossReason) => void | Promise<void>;
}

interface Held {
  readonly sentAt: LeaseTime;
  readonly cancel: () => void;
}

export function createHoldings(options: HoldingsOptions): Holdings {
  const { clock, wallNow, renewDeadlineMs, onGained, onLost } = options;
  const shards = new Map<number, Held>();

  /**
   * The monotonic clock stands still while a machine is suspended and the wall clock can be set back: whichever has
   * moved further decides, since stopping too early harms nobody.
   */
  function leftMs(sentAt: LeaseTime): number {
    const elapsed = Math.max(clock.now() - sentAt.monotonic, wallNow() - sentAt.wall);
    return renewDeadlineMs - elapsed;
  }

  /** The deadline counts from when the request was sent: false for an answer that came too late. */
  function hold(shard: number, sentAt: LeaseTime): boolean {
    const left = leftMs(sentAt);
    if (left <= 0) return false;
    shards.set(shard, { sentAt, cancel: clock.after(left, () => void drop(shard, "expired")) });
    return true;
  }

  function drop(shard: number, reason: LossReason): void | Promise<void> {
    const held = shards.get(shard);
    if (held === undefined) return;
    held.cancel();
    shards.delete(shard);
    return onLost(shard, reason);
  }

  return {
    holds(shard) {
      const held = shards.get(shard);
      return held !== undefined && leftMs(held.sentAt) > 0;
    },
    held: () => [...shards].flatMap(([shard, held]) => (leftMs(held.sentAt) > 0 ? [shard] : [])),
    gain(shard, sentAt) {
      void drop(shard, "expired");
      if (hold(shard, sentAt)) onGained(shard);
    },
    extend(shard, sentAt) {
      const before = shards.get(shard);
      if (before === undefined) return;
      if (leftMs(before.sentAt) <= 0 || !hold(shard, sentAt)) void drop(shard, "expired");
      else before.cancel();
    },
    drop,
  };
}
