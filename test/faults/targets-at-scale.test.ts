import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, test } from "@jest/globals";
import { conditionOf } from "../e2e/served.ts";
import { apiRequest } from "../support/api-request.ts";
import { testRegion } from "../support/aws.ts";
import { type Cluster, type ClusterObject, createCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { sized } from "./support/extent.ts";
import { type FaultBench, type Place, startFaultBench } from "./support/fault-bench.ts";
import { recordFault, secondsSince } from "./support/fault-record.ts";
import { arrangeMany, type ManyResources } from "./support/many-resources.ts";

// Many targets at once: all of them deleted, and a store edited until nothing can be read through it.

let bench: FaultBench;
const count = sized(200, 1_000);

beforeAll(async () => {
  // Straight to the API server, as the bare writes go that it is compared with.
  bench = await startFaultBench({ startOne: false });
  await bench.start({ apiServerUrl: bench.cluster.connection.url });
}, 120_000);
afterAll(() => bench?.stop());

const secretKind = { apiVersion: "v1", kind: "Secret" };
const isOurs = ({ metadata }: ClusterObject) => metadata.name.startsWith("many-");
const secretsIn = async (place: Place) => (await bench.cluster.list(secretKind, place.namespace)).filter(isOurs);

async function arrange(interval: string, settings?: (index: number) => string): Promise<[Place, ManyResources]> {
  const place = await bench.createPlace();
  const many = await arrangeMany(bench, place, { count, interval, ...(settings ? { settings } : {}) });
  await many.applyAll();
  await many.untilRight("every Secret is there", 120_000);
  await untilAll(place, isHealthy, "every resource is ready", 60_000);
  return [place, many];
}

const isHealthy = (object: ClusterObject) =>
  conditionOf(object, "Ready")?.status === "True" && conditionOf(object, "Degraded")?.status === "False";

async function untilAll(
  place: Place,
  test: (object: ClusterObject) => boolean,
  what: string,
  timeoutMs: number,
): Promise<void> {
  const kind = { apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue" };
  await eventually(
    async () => {
      const left = (await bench.cluster.list(kind, place.namespace)).filter((object) => !test(object));
      if (left.length > 0) throw new Error(`${left.length} are not; ${JSON.stringify(left[0]?.status?.conditions)}`);
      return true;
    },
    { what, timeoutMs, intervalMs: 250 },
  );
}

describe("all targets deleted at once", () => {
  // As many as the operator works on at a time (--concurrency).
  const atATime = 50;

  /** Seconds that the same objects take when they are only created, with the operator's own identity. */
  async function bareCreates(objects: readonly ClusterObject[]): Promise<number> {
    const namespace = await bench.cluster.createNamespace("bare");
    const operator: Cluster = createCluster(bench.installed.connection);
    const bodies = objects.map(({ data, type, metadata: { name, annotations = {} } }) => ({
      ...secretKind,
      metadata: { name, namespace, annotations },
      type,
      data,
    }));
    const begun = performance.now();
    let next = 0;
    const worker = async () => {
      for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
        await operator.create({ ...body, data: body.data ?? {}, type: body.type ?? "Opaque" });
      }
    };
    await Promise.all(Array.from({ length: atATime }, worker));
    const seconds = (performance.now() - begun) / 1_000;
    await bench.cluster.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
    return seconds;
  }

  /** Secrets in the place, without reading all of them: that would cost as much as writing them. */
  async function countIn({ namespace }: Place): Promise<number> {
    const path = `/api/v1/namespaces/${namespace}/secrets?limit=1`;
    const { items, metadata } = await apiRequest<{
      readonly items: readonly unknown[];
      readonly metadata: { readonly remainingItemCount?: number };
    }>(bench.cluster.connection, { method: "GET", path });
    return items.length + (metadata.remainingItemCount ?? 0);
  }

  /** Stopped meanwhile, so that the operator finds all of them gone at once. */
  async function deleteAll(place: Place): Promise<void> {
    const { process } = bench.operator().local ?? {};
    process?.signal("SIGSTOP");
    try {
      const path = `/api/v1/namespaces/${place.namespace}/secrets`;
      await apiRequest(bench.cluster.connection, { method: "DELETE", path });
      await eventually(async () => (await countIn(place)) === 0 || undefined, { what: "all are deleted" });
    } finally {
      process?.signal("SIGCONT");
    }
  }

  /** Every status names the Secret that stands now. */
  async function untilTold(place: Place): Promise<void> {
    const uids = new Map((await secretsIn(place)).map(({ metadata }) => [metadata.name, metadata.uid]));
    const names = (object: ClusterObject) => {
      const targets = object.status?.["targets"] as readonly { readonly uid: string }[] | undefined;
      return targets?.[0] !== undefined && targets[0].uid === uids.get(object.metadata.name);
    };
    await untilAll(place, (object) => isHealthy(object) && names(object), "every status names its Secret", 30_000);
  }

  it("are all back almost as soon as bare writes would be, without a call to AWS", async () => {
    const [place, many] = await arrange("1h");
    const objects = await secretsIn(place);
    const before = await bareCreates(objects);
    await deleteAll(place);
    bench.aws.reset();
    const begun = performance.now();
    await eventually(async () => (await countIn(place)) === count || undefined, {
      what: "all are back",
      timeoutMs: 60_000,
      intervalMs: 20,
    });
    const seconds = (performance.now() - begun) / 1_000;
    const after = await bareCreates(objects);
    await many.untilRight("every Secret is right", 10_000);
    await untilTold(place);
    const bare = (before + after) / 2;
    const ratio = seconds / bare;
    const seen = `${count} back in ${seconds.toFixed(2)} s, bare creates ${bare.toFixed(2)} s: × ${ratio.toFixed(2)}`;
    process.stderr.write(`${seen}\n`);
    expect(bench.aws.entries()).toEqual([]);
    // In the fast run, which takes less than a second, it counts that a stopped process wakes up first, and whatever else
    // the machine does meanwhile.
    const wakingSeconds = sized(0.5, 0);
    expect((seconds - wakingSeconds) / bare).toBeLessThan(sized(4, 1.5));
    recordFault({ suite: "Targets", fault: "all targets deleted at once", injected: count, seconds, seen });
  }, 300_000);
});

describe("a store edited to what is wrong", () => {
  // Longer than the second look after which a value may count as gone.
  const heldMs = sized(0, 75_000);
  // What would be wiped at once, were it ever taken for gone.
  const policies = ["Retain", "Prune", "Delete"];
  const untrusting = "arn:aws:iam::123456789012:role/untrusting";
  let place: Place;
  beforeAll(async () => {
    const policyOf = (index: number) => `  secret: { deletionPolicy: ${policies[index % policies.length]} }\n`;
    await bench.fake.putRole({ roleArn: untrusting, principals: ["arn:aws:iam::123456789012:user/nobody"] });
    [place] = await arrange(sized("5s", "10s"), policyOf);
  }, 200_000);

  const versions = async () =>
    Object.fromEntries((await secretsIn(place)).map(({ metadata }) => [metadata.name, metadata.resourceVersion]));

  test.each([
    { reason: "region", spec: "region: eu-central-1" },
    {
      // It can be assumed, and nothing of ours is there.
      reason: "role, of another account",
      spec: `region: ${testRegion}, assumeRoles: [{ roleArn: "arn:aws:iam::999999999999:role/reader" }]`,
    },
    {
      reason: "role, one that may not be assumed",
      spec: `region: ${testRegion}, assumeRoles: [{ roleArn: "${untrusting}" }]`,
    },
    {
      reason: "endpoint",
      // Port 9 of this machine: nobody listens.
      spec: `region: ${testRegion}, endpoints: { parameterStore: "http://127.0.0.1:9" }`,
    },
  ])(
    "$reason: no target changes by a byte, and all is well when it is edited back",
    async ({ reason, spec }) => {
      const before = await versions();
      expect(Object.keys(before)).toHaveLength(count);
      await place.applyStore(spec);
      await untilAll(place, (object) => !isHealthy(object), "every resource says that it cannot read", 60_000);
      await delay(heldMs);
      const one = await bench.cluster.get(place.ref("many-0"));
      const said = one && ["Ready", "Degraded"].map((type) => conditionOf(one, type));
      expect(await versions()).toEqual(before);
      await place.applyStore(`region: ${testRegion}`);
      const begun = performance.now();
      await untilAll(place, isHealthy, "every resource is well again", 60_000);
      const seconds = secondsSince(begun);
      expect(await versions()).toEqual(before);
      const seen = `${said?.map((each) => `${each?.type}=${each?.status} ${each?.reason}`).join(", ")}; no target of ${count} changed`;
      recordFault({
        suite: "Targets",
        fault: `store edited to a wrong ${reason}, and back`,
        injected: 1,
        seconds,
        seen,
      });
    },
    300_000,
  );
});
