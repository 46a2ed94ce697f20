import { createHash } from "node:crypto";
import type { Logger } from "../../telemetry/logger.ts";
import type { KubernetesClient } from "../client.ts";
import { type Clock, monotonicClock, pause } from "../clock.ts";
import { fairShare } from "./fair-share.ts";
import { createHoldings, type LeaseTime, type LossReason } from "./holdings.ts";
import { createRenewTimes, holderOf, type Lease, roleOf, shardsOf } from "./lease.ts";
import { createLeaseObserver } from "./lease-observer.ts";
import { createLeaseStore } from "./lease-store.ts";

export interface ElectorOptions {
  readonly client: Pick<KubernetesClient, "list" | "create" | "mergePatch" | "delete">;
  readonly logger: Logger;
  readonly namespace: string;
  /** The Leases are named `<name>-<shard>`. At most 200 characters. */
  readonly name: string;
  /** Of this process, never used again by another: the pod's name and something random. */
  readonly identity: string;
  /** 1: plain leader election. */
  readonly shards: number;
  /** How long a Lease binds the others after they last saw it renewed. Whole seconds; default 15 s. */
  readonly leaseDurationMs?: number;
  /** How long this process acts after its last successful renewal. Default 10 s; well below the Lease's duration. */
  readonly renewDeadlineMs?: number;
  /** Between two rounds; up to a fifth is added by chance. Default 2 s. */
  readonly retryPeriodMs?: number;
  /** Called when this process may act for a shard. */
  readonly onGained: (shard: number) => void;
  /**
   * Called at the moment when this process may no longer act for a shard, before anybody else may. If a shard is given
   * up by choice (`rebalanced`, `stopped`), its Lease is given back only once the returned promise has settled.
   */
  readonly onLost: (shard: number, reason: LossReason) => void | Promise<void>;
  /** Must never go back. Default: the process's own clock. */
  readonly clock?: Clock;
  /** Milliseconds since the epoch, for the time stamps that people read. */
  readonly wallNow?: () => number;
  readonly random?: () => number;
}

export interface Elector {
  start(): void;
  /** Ends all acting. With `release`, the Leases are given back at once; else they expire. */
  stop(options: { readonly release: boolean }): Promise<void>;
  /** Whether this process may act for the shard now. To be asked before every write. */
  holds(shard: number): boolean;
  heldShards(): readonly number[];
  /** Of all shards there are: with one shard, whether this process leads. */
  readonly isLeader: boolean;
  /** Milliseconds, by the clock, of the last round that the API server answered in full. */
  readonly lastSuccess: number;
}

/** A member that has been silent for so many Lease durations is swept away. */
const sweepAfterDurations = 10;

/**
 * Shares `shards` Leases out among the replicas, fairly and with one owner each.
 *
 * ```text
 *  round: list ─> renew own ─> too many? give up ─> too few and some free? take ─> list again ─> act
 * ```
 *
 * That there are never two owners rests on three things. A holder acts for `renewDeadlineMs` after it *sent* the last
 * renewal that succeeded, and the others wait `leaseDurationMs` after they *saw* it. Every write is conditional on the
 * version read. And whoever takes a shard lists again before it acts, and draws back if a Lease of another number of
 * shards lives: of two that take at a time, the later one sees the earlier.
 */
export function createElector(options: ElectorOptions): Elector {
  const { logger, identity, shards } = options;
  const clock = options.clock ?? monotonicClock;
  const wallNow = options.wallNow ?? Date.now;
  const random = options.random ?? Math.random;
  const leaseDurationMs = options.leaseDurationMs ?? 15_000;
  const renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
  const retryPeriodMs = options.retryPeriodMs ?? 2_000;
  if (renewDeadlineMs >= leaseDurationMs) throw new RangeError("The renew deadline must be below the lease duration");

  const store = createLeaseStore({
    client: options.client,
    clock,
    namespace: options.namespace,
    group: options.name,
    shards,
    // Room for three attempts before the deadline.
    requestTimeoutMs: renewDeadlineMs / 3,
  });
  const observer = createLeaseObserver(leaseDurationMs);
  const holdings = createHoldings({ clock, wallNow, renewDeadlineMs, onGained: gained, onLost: lost });
  const nextRenewTime = createRenewTimes(wallNow);
  const memberName = `${options.name}-member-${createHash("sha256").update(identity).digest("hex").slice(0, 16)}`;
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let lastSuccess = clock.now();

  function gained(shard: number): void {
    logger.info({ shard, shards }, "Took a shard");
    guard(() => options.onGained(shard));
  }

  function lost(shard: number, reason: LossReason): void | Promise<void> {
    logger.info({ shard, shards, reason }, "Gave up a shard");
    return guard(() => options.onLost(shard, reason));
  }

  function guard(call: () => void | Promise<void>): void | Promise<void> {
    const failed = (error: unknown): void => logger.error({ err: error }, "A callback of the election failed");
    try {
      return call()?.catch(failed);
    } catch (error) {
      failed(error);
    }
  }

  const shardName = (shard: number): string => `${options.name}-${shard}`;
  const named = (leases: readonly Lease[], name: string) => leases.find(({ metadata }) => metadata.name === name);
  const now = (): LeaseTime => ({ monotonic: clock.now(), wall: wallNow() });

  async function list(): Promise<readonly Lease[]> {
    const sentAt = clock.now();
    const leases = await store.list();
    observer.observe(leases, sentAt, clock.now());
    return leases;
  }

  function claim(name: string, role: "shard" | "member", holder: string, over: Lease | undefined) {
    const durationSeconds = holder === "" ? 1 : Math.ceil(leaseDurationMs / 1_000);
    return store.claim({ name, role, holder, durationSeconds, renewTime: nextRenewTime() }, over);
  }

  /** Whether replicas that split the resources otherwise still hold something. */
  function othersSplitOtherwise(leases: readonly Lease[]): boolean {
    return leases.some(
      (lease) =>
        roleOf(lease) === "shard" &&
        holderOf(lease) !== identity &&
        shardsOf(lease) !== shards &&
        observer.isLive(lease),
    );
  }

  /** Renews what is held, all at once, so that one request that hangs costs no other shard. */
  async function renew(leases: readonly Lease[]): Promise<void> {
    const renewals = holdings.held().map((shard) => renewOne(shard, named(leases, shardName(shard))));
    const failed = (await Promise.allSettled(renewals)).find(({ status }) => status === "rejected");
    if (failed?.status === "rejected") throw failed.reason;
  }

  /** A Lease that others hold by now, or that is gone, is lost at once. */
  async function renewOne(shard: number, lease: Lease | undefined): Promise<void> {
    if (lease === undefined || holderOf(lease) !== identity || shardsOf(lease) !== shards) {
      void holdings.drop(shard, "taken");
      return;
    }
    const sentAt = now();
    // Outrun by another write: the next list says by whose, and meanwhile the deadline runs on.
    if (await claim(shardName(shard), "shard", identity, lease)) holdings.extend(shard, sentAt);
  }

  async function giveUp(shard: number, reason: "rebalanced" | "stopped"): Promise<void> {
    await holdings.drop(shard, reason);
    const lease = named(await list(), shardName(shard));
    if (lease !== undefined && holderOf(lease) === identity) await claim(shardName(shard), "shard", "", lease);
  }

  async function take(shard: number, leases: readonly Lease[]): Promise<void> {
    const sentAt = now();
    const taken = await claim(shardName(shard), "shard", identity, named(leases, shardName(shard)));
    if (taken === undefined) return;
    if (othersSplitOtherwise(await list())) await giveUp(shard, "rebalanced");
    else if (!stopping.signal.aborted) holdings.gain(shard, sentAt);
  }

  function isFree(shard: number, leases: readonly Lease[]): boolean {
    const lease = named(leases, shardName(shard));
    return lease === undefined || holderOf(lease) === identity || !observer.isLive(lease);
  }

  async function rebalance(leases: readonly Lease[]): Promise<void> {
    const share = fairShare(identity, liveMembers(leases), shards);
    const held = holdings.held();
    for (const shard of held.slice(share)) await giveUp(shard, "rebalanced");
    if (othersSplitOtherwise(leases)) return;
    const free = Array.from({ length: shards }, (_, shard) => shard).filter(
      (shard) => !held.includes(shard) && isFree(shard, leases),
    );
    for (const shard of free.slice(0, Math.max(0, share - held.length))) {
      if (!stopping.signal.aborted) await take(shard, leases);
    }
  }

  function liveMembers(leases: readonly Lease[]): string[] {
    return leases.flatMap((lease) => {
      const member = holderOf(lease);
      const counts = roleOf(lease) === "member" && shardsOf(lease) === shards && observer.isLive(lease);
      return counts && member !== undefined ? [member] : [];
    });
  }

  /** A single shard needs no fair division, and so nobody to be counted. */
  async function stayMember(leases: readonly Lease[]): Promise<void> {
    if (shards === 1) return;
    await claim(memberName, "member", identity, named(leases, memberName));
    for (const lease of leases) {
      const dead = roleOf(lease) === "member" && observer.unchangedFor(lease) > sweepAfterDurations * leaseDurationMs;
      if (dead) await store.remove(lease);
    }
  }

  async function round(): Promise<void> {
    try {
      const leases = await list();
      await renew(leases);
      await stayMember(leases);
      await rebalance(leases);
      lastSuccess = clock.now();
    } catch (error) {
      logger.warn({ err: error }, "A round of the election failed and is repeated");
    }
  }

  async function run(): Promise<void> {
    while (!stopping.signal.aborted) {
      await round();
      await pause(clock, retryPeriodMs * (1 + random() / 5), stopping.signal);
    }
  }

  async function release(): Promise<void> {
    try {
      const leases = await list();
      const ours = leases.filter((lease) => holderOf(lease) === identity);
      for (const lease of ours) {
        if (roleOf(lease) === "member") await store.remove(lease);
        else await claim(lease.metadata.name, "shard", "", lease);
      }
    } catch (error) {
      logger.warn({ err: error }, "The leases could not be given back and will expire");
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop(how) {
      stopping.abort();
      const shards = holdings.held();
      await Promise.all(shards.map((shard) => holdings.drop(shard, "stopped")));
      await running;
      if (how.release) await release();
    },
    holds: (shard) => holdings.holds(shard),
    heldShards: () => holdings.held(),
    get isLeader() {
      return holdings.held().length === shards;
    },
    get lastSuccess() {
      return lastSuccess;
    },
  };
}
