import type { AwsClients } from "../aws/clients/aws-clients.ts";
import { mapInSlices } from "../event-loop/in-slices.ts";
import type { Turns } from "../event-loop/turns.ts";
import type { FanOut } from "./cluster-external-value/fan-out.ts";
import type { Reconciler } from "./external-value/reconcile.ts";
import type { Ownership, OwnershipEvents } from "./ownership.ts";
import type { WorkQueue } from "./queue/work-queue.ts";
import type { StoreRecords } from "./stores/store-records.ts";
import type { Watches } from "./watches.ts";

export interface ShardWorkOptions {
  readonly queue: WorkQueue;
  readonly storeQueue: WorkQueue;
  readonly fanOut: Pick<FanOut, "queueAll">;
  readonly records: StoreRecords;
  readonly watches: Watches;
  readonly clients: AwsClients;
  readonly reconciler: Reconciler;
  readonly turns: Turns;
  /** Asked late: the ownership is made with these very callbacks. */
  readonly ownership: () => Ownership;
}

/** Takes up and lays down the work on a shard, and takes as much of each account's quota as it holds shards. */
export function createShardWork(options: ShardWorkOptions): OwnershipEvents {
  const { queue, storeQueue, fanOut, records, watches, clients, reconciler } = options;

  const takeShare = (): void => {
    const { shards, heldShards } = options.ownership();
    const held = heldShards().length;
    if (held > 0) clients.limits.setShare(held / shards);
  };

  const queueShard = (shard: number): void => {
    void mapInSlices([...watches.externalValues.values()], options.turns, ({ metadata }) => {
      const key = `${metadata.namespace}/${metadata.name}`;
      if (options.ownership().shardOfKey(key) === shard) queue.add(key, "refresh");
    });
  };

  return {
    gained(shard) {
      queueMicrotask(() => {
        takeShare();
        for (const [key] of records.all()) storeQueue.add(key, "interactive");
        if (options.ownership().leads) fanOut.queueAll();
        queueShard(shard);
      });
    },
    async lost(shard) {
      const concerns = (key: string): boolean => options.ownership().shardOfKey(key) === shard;
      // Nothing new begins, since the queue asks who owns a key; what is under way may end.
      await queue.quiet(concerns);
      for (const key of [...reconciler.entries.keys()].filter(concerns)) {
        queue.remove(key);
        reconciler.forget(key);
      }
      takeShare();
      // Held again before its work had ended: what was queued then has just been forgotten.
      if (options.ownership().heldShards().includes(shard)) queueShard(shard);
    },
  };
}
