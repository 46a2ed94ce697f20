import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { hop, type ReadingBench, startReadingBench } from "../../bench/reading/reading-bench.ts";
import type { ValueRef } from "../../src/api/source.ts";
import { defaultLimits } from "../../src/api/store-model.ts";
import type { AwsErrorKind } from "../../src/aws/errors.ts";
import type { Reader, Reading } from "../../src/aws/reader.ts";
import { systemClock } from "../../src/controller/clock.ts";
import { eventually } from "../support/eventually.ts";
import type { AwsFault } from "./support/aws-faults.ts";
import { type AwsProxy, startAwsProxy } from "./support/aws-proxy.ts";

// Every operation that the reading plane knows, under every fault, through the SDK's own clients: what is concerned fails
// as what it is and keeps its last good value, what is not goes on, and all is well again by itself.

const team = { team: "shop" };
const parameter: ValueRef = { kind: "parameter", name: "/one/a" };
const secrets: readonly ValueRef[] = [
  { kind: "secret", secretId: "pair/a" },
  { kind: "secret", secretId: "pair/b" },
];

/** Each with refs that are read by it, and with something of the other service that is not concerned. */
const operations: readonly {
  readonly operation: string;
  readonly refs: readonly ValueRef[];
  readonly other: ValueRef;
}[] = [
  { operation: "GetParameters", refs: [parameter], other: { kind: "secret", secretId: "single" } },
  {
    operation: "GetParametersByPath",
    refs: [{ kind: "parametersByPath", path: "/tree", recursive: true }],
    other: { kind: "secret", secretId: "single" },
  },
  {
    operation: "DescribeParameters",
    refs: [{ kind: "parametersByTags", tags: team }],
    other: { kind: "secret", secretId: "single" },
  },
  {
    operation: "ListTagsForResource",
    refs: [{ kind: "tags", of: { service: "parameterStore", id: "/one/a" } }],
    other: { kind: "secret", secretId: "single" },
  },
  { operation: "BatchGetSecretValue", refs: secrets, other: parameter },
  { operation: "GetSecretValue", refs: [{ kind: "secret", secretId: "single" }], other: parameter },
  { operation: "ListSecrets", refs: [{ kind: "secretsByFilter", namePrefix: "list/" }], other: parameter },
  {
    operation: "DescribeSecret",
    refs: [{ kind: "tags", of: { service: "secretsManager", id: "single" } }],
    other: parameter,
  },
];

const faults: readonly { readonly reason: string; readonly fault: AwsFault; readonly kind: AwsErrorKind }[] = [
  { reason: "is throttled", fault: { kind: "throttle" }, kind: "throttled" },
  { reason: "answers 500", fault: { kind: "error", code: "InternalServerError", status: 500 }, kind: "unavailable" },
  { reason: "is cut", fault: { kind: "cutBeforeForwarding" }, kind: "unavailable" },
  { reason: "loses its answers", fault: { kind: "cutAfterForwarding" }, kind: "unavailable" },
  { reason: "answers rubbish with 200", fault: { kind: "rubbish" }, kind: "unavailable" },
  { reason: "answers rubbish with 503", fault: { kind: "rubbish", status: 503 }, kind: "unavailable" },
  // The last, since the right to batch that is missing is remembered for an hour.
  { reason: "is denied", fault: { kind: "error", code: "AccessDeniedException" }, kind: "denied" },
];

let bench: ReadingBench;
let proxy: AwsProxy;
let reader: Reader;

beforeAll(async () => {
  const plenty = Object.fromEntries(Object.keys(defaultLimits).map((quota) => [quota, 1000]));
  bench = await startReadingBench({
    limits: plenty,
    latencyMs: 1,
    between: async (upstream) => {
      proxy = await startAwsProxy({ upstream });
      return proxy.url;
    },
  });
  for (const name of ["/one/a", "/tree/a", "/tree/b"]) await bench.fake.putParameter({ name, value: "v", tags: team });
  for (const name of ["pair/a", "pair/b", "single", "list/a"]) {
    await bench.fake.putSecret({ name, value: "v", tags: team });
  }
  reader = bench.reader();
  for (const { refs } of operations) {
    bench.plane.subscribe(
      JSON.stringify(refs),
      refs.map((ref) => ({ reader, ref, store: "s" })),
    );
  }
}, 60_000);
afterEach(() => proxy.setRules([]));
afterAll(async () => {
  await bench?.close();
  await proxy?.stop();
});

/** A read that is not content with what is held. */
async function read(refs: readonly ValueRef[], through = reader): Promise<readonly Reading[]> {
  const request = { content: true, priority: "interactive", store: "s" } as const;
  return [...(await through.read(refs, { ...request, notBefore: systemClock.now() })).values()];
}

/** As it is when all is well. */
async function untilGood(refs: readonly ValueRef[], through = reader): Promise<readonly Reading[]> {
  return await eventually(
    async () => {
      const readings = await read(refs, through);
      return readings.every(({ good, failure }) => good !== undefined && failure === undefined) ? readings : undefined;
    },
    { what: `${JSON.stringify(refs)} is read`, timeoutMs: 40_000, intervalMs: 50 },
  );
}

const valuesOf = (readings: readonly Reading[]) => readings.map(({ good }) => good?.values);

describe.each(operations)("$operation", ({ operation, refs, other }) => {
  it.each(faults)(
    "that $reason fails as $kind, and concerns nothing else",
    async ({ fault, kind }) => {
      const before = valuesOf(await untilGood(refs));
      proxy.setRules([{ operation, fault }]);
      proxy.reset();
      const readings = await read(refs);
      expect(proxy.entries().some((entry) => entry.operation === operation && entry.fault === fault.kind)).toBe(true);
      // Without the right to batch, secrets are read one by one: nothing is missing.
      const isServed = operation === "BatchGetSecretValue" && kind === "denied";
      expect(readings.map(({ failure }) => failure?.error.kind)).toEqual(refs.map(() => (isServed ? undefined : kind)));
      expect(readings.every(({ failure }) => failure?.error.gone !== true)).toBe(true);
      expect(valuesOf(readings)).toEqual(before);
      expect(await read([other])).toEqual([expect.not.objectContaining({ failure: expect.anything() })]);
      proxy.setRules([]);
      expect(valuesOf(await untilGood(refs))).toEqual(before);
    },
    30_000,
  );
});

it("AssumeRole, whatever goes wrong with it, concerns those who need that role, and only until it is over", async () => {
  const roles = faults.map(({ fault, reason }, index) => {
    const role = `role-${index}`;
    return { fault, reason, role, own: bench.reader(bench.recipe({ hops: [hop(role)] })) };
  });
  proxy.setRules(roles.map(({ fault, role }) => ({ operation: "AssumeRole", containing: role, fault })));
  const kindOf = async (own: Reader) => (await read([parameter], own))[0]?.failure?.error.kind;
  const kinds = await Promise.all(roles.map(async ({ reason, own }) => [reason, await kindOf(own)]));
  expect(kinds).toEqual(faults.map(({ reason }) => [reason, "credentials"]));
  expect(await read([parameter, ...secrets])).not.toContainEqual(
    expect.objectContaining({ failure: expect.anything() }),
  );
  proxy.setRules([]);
  proxy.reset();
  await Promise.all(roles.map(({ own }) => untilGood([parameter], own)));
  // One call each, and no more: the polling of a test is not a storm on STS.
  expect(proxy.counts()["AssumeRole"]).toBe(roles.length);
}, 60_000);

it("delays nothing but what is delayed, and hangs no longer than ten seconds", async () => {
  for (const { refs } of operations) await untilGood(refs);
  const reads = [parameter, ...secrets];
  const delayed = operations.find(({ operation }) => operation === "GetParametersByPath")?.refs ?? [];
  proxy.setRules([
    { operation: "GetParametersByPath", fault: { kind: "delay", milliseconds: 1500 } },
    { operation: "ListSecrets", fault: { kind: "hang" } },
  ]);
  const begun = performance.now();
  const hanging = read([{ kind: "secretsByFilter", namePrefix: "list/" }]);
  const slow = read(delayed).then((readings) => ({ readings, took: performance.now() - begun }));
  for (let times = 0; times < 5; times += 1) {
    const started = performance.now();
    expect((await read(reads)).every(({ failure }) => failure === undefined)).toBe(true);
    expect(performance.now() - started).toBeLessThan(1000);
  }
  const { readings, took } = await slow;
  expect(readings.every(({ failure }) => failure === undefined)).toBe(true);
  expect(took).toBeGreaterThanOrEqual(1400);
  expect((await hanging).map(({ failure }) => failure?.error.kind)).toEqual(["unavailable"]);
  expect(performance.now() - begun).toBeLessThan(15_000);
}, 30_000);
