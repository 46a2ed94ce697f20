import { describe, expect, it } from "@jest/globals";
import type { QuotaNeeds } from "../../aws/calendar/quota-needs.ts";
import { createFakePlane } from "../../aws/fakes/fake-plane.ts";
import { createStoreRecords } from "./store-records.ts";
import { createStoreStandings } from "./store-standing.ts";

const key = "ClusterValueStore/aws";
const second = 1000;

function setUp() {
  const { clock, reader } = createFakePlane();
  const records = createStoreRecords("");
  records.put({
    apiVersion: "externalvalues.dev/v1alpha1",
    kind: "ClusterValueStore",
    metadata: { name: "aws", uid: "uid-1", generation: 1 },
    spec: { region: "eu-west-1" },
  } as Parameters<typeof records.put>[0]);
  const now = { carriedIntervalMs: undefined as number | undefined, saturation: 0.5, region: "eu-west-1" };
  const changed: string[] = [];
  const standings = createStoreStandings({
    plane: {
      quotaNeeds: () =>
        ({
          ...(now.carriedIntervalMs === undefined ? {} : { carriedIntervalMs: now.carriedIntervalMs }),
          saturation: new Map([["parameterReads", now.saturation]]),
        }) as unknown as QuotaNeeds,
      activeRegion: () => now.region,
    },
    readers: { ofStore: () => [reader], sweep() {} } as unknown as Parameters<
      typeof createStoreStandings
    >[0]["readers"],
    records,
    clock,
    changed: (store) => void changed.push(store),
  });
  return {
    records,
    now,
    changed,
    standing: () => standings.of(key),
    /** Looks every ten seconds for so long. */
    async through(ms: number) {
      for (let passed = 0; passed < ms; passed += 10 * second) {
        standings.look();
        await clock.advance(10 * second);
      }
    },
  };
}

describe("the standing of a store", () => {
  it("becomes bound by its quota, and free again once there is room, each told once", async () => {
    const { now, changed, standing, through } = setUp();
    await through(60 * second);
    expect(changed).toEqual([]);
    Object.assign(now, { carriedIntervalMs: 10_500, saturation: 2.1 });
    await through(30 * second);
    expect(standing().carriedMs).toBeUndefined();
    await through(60 * second);
    expect([standing().carriedMs, changed]).toEqual([11_000, [key]]);
    Object.assign(now, { carriedIntervalMs: undefined, saturation: 0.1 });
    await through(30 * second);
    expect(standing().carriedMs).toBe(11_000);
    await through(60 * second);
    expect([standing().carriedMs, changed]).toEqual([undefined, [key, key]]);
  });

  it("names the replica that answers, as soon as it does and no longer", async () => {
    const { now, changed, standing, through } = setUp();
    now.region = "eu-central-1";
    await through(10 * second);
    expect(standing().replicaRegion).toBe("eu-central-1");
    now.region = "eu-west-1";
    await through(10 * second);
    expect([standing().replicaRegion, changed]).toEqual([undefined, [key, key]]);
  });

  it("is forgotten with the store", async () => {
    const { now, records, standing, through } = setUp();
    now.region = "eu-central-1";
    await through(10 * second);
    records.remove({
      apiVersion: "externalvalues.dev/v1alpha1",
      kind: "ClusterValueStore",
      metadata: { name: "aws" },
    } as Parameters<typeof records.remove>[0]);
    await through(10 * second);
    expect(standing().replicaRegion).toBeUndefined();
  });
});
