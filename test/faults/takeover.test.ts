import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { eventually } from "../support/eventually.ts";
import { resourceVersions } from "../support/resource-versions.ts";
import { type FaultBench, type Place, startFaultBench } from "./support/fault-bench.ts";
import { arrangeMany, type ManyResources } from "./support/many-resources.ts";
import { acceptedWrites, startReplica } from "./support/replicas.ts";

const lease = { duration: 5, renewDeadline: 3, retryPeriod: 1 };
const intervalSeconds = 10;
// Thirty batches of ten parameters.
const count = 300;
const floor = count / 10;

let bench: FaultBench;
let place: Place;
let many: ManyResources;

beforeAll(async () => {
  bench = await startFaultBench({ values: { replicas: 2, leaderElection: { enabled: true } }, startOne: false });
  place = await bench.createPlace();
  many = await arrangeMany(bench, place, { count, interval: `${intervalSeconds}s` });
}, 120_000);
afterAll(() => bench?.stop());

const versions = () => resourceVersions(bench.cluster, place.namespace);

const batchesRead = async (): Promise<number> => (await bench.fake.counts()).calls["GetParameters"] ?? 0;

describe("a takeover with everything in place", () => {
  it("writes nothing, and asks AWS for each value once within an interval", async () => {
    const leader = await startReplica(bench, lease);
    await many.applyAll();
    await many.untilRight("all Secrets are there", 60_000);
    const successor = await startReplica(bench, lease);
    // The statuses stand, too: a whole interval without a write.
    const before = await eventually(
      async () => {
        const [seen, calls] = [await versions(), await batchesRead()];
        await eventually(async () => (await batchesRead()) >= calls + floor || undefined, {
          what: "a cycle has passed",
          timeoutMs: 3 * intervalSeconds * 1000,
        });
        return JSON.stringify(await versions()) === JSON.stringify(seen) ? seen : undefined;
      },
      { what: "a cycle without a write", timeoutMs: 120_000 },
    );
    expect(await leader.operator.stop()).toEqual({ code: 0, signal: null });
    await bench.fake.reset();
    const takenOver = performance.now();
    await eventually(async () => (await batchesRead()) >= floor || undefined, {
      what: "the successor has read everything",
      timeoutMs: (lease.duration + intervalSeconds) * 1000,
      intervalMs: 50,
    });
    expect((performance.now() - takenOver) / 1000).toBeLessThan(lease.retryPeriod * 1.2 + intervalSeconds);
    // Of so few, the first and the last batch may have left before they were full.
    expect(await batchesRead()).toBeLessThanOrEqual(Math.ceil(floor * 1.05) + 2);
    expect(await successor.heldShards()).toEqual([0]);
    await eventually(async () => (await batchesRead()) >= 2 * floor || undefined, {
      what: "and once more, by polls",
      timeoutMs: 3 * intervalSeconds * 1000,
    });
    expect(acceptedWrites(successor)).toEqual([]);
    expect(await versions()).toEqual(before);
  }, 240_000);
});
