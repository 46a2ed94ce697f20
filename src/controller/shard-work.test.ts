import { beforeEach, describe, expect, it } from "@jest/globals";
import { endlessTurn } from "../event-loop/testing/endless-turn.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { Ownership } from "./ownership.ts";
import { createShardWork, type ShardWorkOptions } from "./shard-work.ts";

/** Two of four shards at most; of each resource the shard is the number in its name. */
const shards = 4;
let held: number[];
let shares: number[];
let queued: string[];
let stores: string[];
let forgotten: string[];
let fannedOut: number;
let underWay: ((key: string) => boolean)[];
let endWork: () => void;

const resources = ["shop/app-1", "shop/app-2", "bank/app-1"];
const resource = (key: string): KubernetesObject => {
  const [namespace = "", name = ""] = key.split("/");
  return { metadata: { namespace, name } };
};

function shardWork() {
  const ended = new Promise<void>((resolve) => {
    endWork = resolve;
  });
  const ownership = {
    shards,
    heldShards: () => held,
    shardOfKey: (key: string) => Number(key.split("-")[1]),
    get leads() {
      return held.includes(0);
    },
  };
  return createShardWork({
    queue: {
      add: (key: string) => void queued.push(key),
      remove: (key: string) => void forgotten.push(`queue ${key}`),
      quiet: async (concerns: (key: string) => boolean) => {
        underWay.push(concerns);
        await ended;
      },
    },
    turns: endlessTurn,
    storeQueue: { add: (key: string) => void stores.push(key) },
    fanOut: {
      queueAll: () => {
        fannedOut += 1;
      },
    },
    records: { all: () => new Map([["ClusterValueStore/aws", {}]]).entries() },
    watches: { externalValues: { values: () => resources.map(resource) } },
    clients: { limits: { setShare: (share: number) => void shares.push(share) } },
    reconciler: {
      entries: new Map(resources.map((key) => [key, {}])),
      forget: (key: string) => void forgotten.push(`memory ${key}`),
    },
    ownership: () => ownership as unknown as Ownership,
  } as unknown as ShardWorkOptions);
}

beforeEach(() => {
  [held, shares, queued, stores, forgotten, underWay] = [[], [], [], [], [], []];
  fannedOut = 0;
});

describe("a shard that is gained", () => {
  it("brings its resources, every store anew, and as much of each account's quota as shards are held", async () => {
    const work = shardWork();
    held = [1];
    work.gained(1);
    await Promise.resolve();
    expect(queued).toEqual(["shop/app-1", "bank/app-1"]);
    expect(stores).toEqual(["ClusterValueStore/aws"]);
    expect(shares).toEqual([0.25]);
    held = [1, 2];
    work.gained(2);
    await Promise.resolve();
    expect(shares).toEqual([0.25, 0.5]);
  });

  it("brings what belongs to no resource with the first shard alone", async () => {
    const work = shardWork();
    held = [1];
    work.gained(1);
    await Promise.resolve();
    expect(fannedOut).toBe(0);
    held = [0, 1];
    work.gained(0);
    await Promise.resolve();
    expect(fannedOut).toBe(1);
  });
});

describe("a shard that is lost", () => {
  it("is given up when no work on it is under way any more, and nothing of it is remembered or polled", async () => {
    const work = shardWork();
    held = [2];
    const lost = work.lost(1);
    await Promise.resolve();
    expect(forgotten).toEqual([]);
    expect(["shop/app-1", "shop/app-2"].map((key) => underWay[0]?.(key))).toEqual([true, false]);
    endWork();
    await lost;
    expect(forgotten).toEqual(["queue shop/app-1", "memory shop/app-1", "queue bank/app-1", "memory bank/app-1"]);
    expect(shares).toEqual([0.25]);
  });

  it("is taken up again where it was gained anew before the work on it had ended", async () => {
    const work = shardWork();
    held = [];
    const lost = work.lost(1);
    held = [1];
    work.gained(1);
    await Promise.resolve();
    queued = [];
    endWork();
    await lost;
    expect(queued).toEqual(["shop/app-1", "bank/app-1"]);
  });

  it("leaves the quota alone where it was the last: nothing is read any more", async () => {
    const work = shardWork();
    const lost = work.lost(1);
    endWork();
    await lost;
    expect(shares).toEqual([]);
  });
});
