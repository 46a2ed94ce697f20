import { setTimeout as delay } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from "@jest/globals";
import { conditionOf } from "../e2e/served.ts";
import { secretValue } from "../support/canary.ts";
import type { AwsFault } from "./support/aws-faults.ts";
import { isFull, sized, spread } from "./support/extent.ts";
import { type FaultBench, type Place, startFaultBench } from "./support/fault-bench.ts";
import { recordFault, secondsSince } from "./support/fault-record.ts";

// AWS as it is on a bad day. The last good targets are not touched, what is not concerned stays fresh, the conditions
// say what docs/concepts.md promises, and all is well again by itself.

let bench: FaultBench;
let place: Place;
beforeAll(async () => {
  bench = await startFaultBench();
  place = await bench.createPlace();
}, 120_000);
afterEach(() => bench?.aws.setRules([]));
afterAll(() => bench?.stop());

// refreshInterval × 1.1 + 5 s, of 5 s.
const promiseMs = 10_500;

let number = 0;

/** A resource with one parameter and one secret of its own, read every five seconds. */
async function serve(name: string) {
  number += 1;
  const unique = `${name}-${number}`;
  const parameter = `/${place.namespace}/${unique}/level`;
  const secretId = `${place.namespace}/${unique}/db`;
  const put = async (value: string) => {
    await bench.fake.putParameter({ name: parameter, value: secretValue(value) });
    await bench.fake.putSecret({ name: secretId, value: secretValue(value) });
  };
  await put("good");
  await place.apply(
    unique,
    `
  refreshInterval: 5s
  data:
    - { key: LEVEL, parameterStore: { name: ${parameter} } }
    - { key: PASSWORD, secretsManager: { secretId: ${secretId} } }
`,
  );
  await place.until(unique, "True");
  const version = async () => (await place.object("Secret", unique))?.metadata.resourceVersion;
  return {
    name: unique,
    parameter,
    secretId,
    put,
    version,
    async untilValue(value: string, timeoutMs: number) {
      await place.untilSecret(unique, "LEVEL", secretValue(value), timeoutMs);
      await place.untilSecret(unique, "PASSWORD", secretValue(value), timeoutMs);
    },
    async untilHealthy(timeoutMs: number) {
      await place.until(unique, "True", {
        timeoutMs,
        test: (object) => conditionOf(object, "Degraded")?.status === "False",
      });
    },
    remove: () => bench.cluster.delete(place.ref(unique)),
  };
}

const outages: readonly { readonly reason: string; readonly fault: AwsFault; readonly degraded: string }[] = [
  { reason: "throttles everything", fault: { kind: "throttle" }, degraded: "Throttled" },
  {
    reason: "answers 500",
    fault: { kind: "error", code: "InternalServerError", status: 500 },
    degraded: "AwsUnavailable",
  },
  { reason: "hangs", fault: { kind: "hang" }, degraded: "AwsUnavailable" },
  { reason: "answers rubbish with 502", fault: { kind: "rubbish", status: 502 }, degraded: "AwsUnavailable" },
  { reason: "answers rubbish with 200", fault: { kind: "rubbish" }, degraded: "AwsUnavailable" },
  { reason: "resets every connection", fault: { kind: "cutBeforeForwarding" }, degraded: "AwsUnavailable" },
  { reason: "loses every answer", fault: { kind: "cutAfterForwarding" }, degraded: "AwsUnavailable" },
  {
    reason: "says that the token is expired",
    fault: { kind: "error", code: "ExpiredTokenException", message: "The security token is expired" },
    degraded: "CredentialsFailed",
  },
];

describe("while AWS", () => {
  test.each(spread(outages, sized(1, outages.length)))(
    "$reason, the last good target stands, and it recovers by itself",
    async ({ reason, fault, degraded }) => {
      const served = await serve("outage");
      const before = await served.version();
      const seconds = sized(promiseMs / 1_000 + 2, 30);
      bench.aws.reset();
      bench.aws.setRules([{ fault }]);
      await served.put("new");
      const begun = performance.now();
      await place.until(served.name, "True", {
        timeoutMs: promiseMs + 20_000,
        test: (object) => conditionOf(object, "Degraded")?.status === "True",
      });
      const object = await bench.cluster.get(place.ref(served.name));
      expect(object && conditionOf(object, "Degraded")).toMatchObject({ reason: degraded });
      await delay(Math.max(0, seconds * 1_000 - (performance.now() - begun)));
      expect(await served.version()).toBe(before);
      expect(await bench.operator().probe("/healthz")).toBe(200);
      const lasted = secondsSince(begun);
      const struck = bench.aws.entries().length;
      // No hot loop: two batches, tried again with backoff.
      expect(struck / lasted).toBeLessThan(10);
      bench.aws.setRules([]);
      const healed = performance.now();
      await served.untilValue("new", 75_000);
      await served.untilHealthy(75_000);
      const took = secondsSince(healed);
      recordFault({
        suite: "AWS",
        fault: `${reason}, for ${Math.round(lasted)} s`,
        injected: struck,
        seconds: took,
        seen: `Ready stays True, Degraded=True (${degraded}) once the freshness promise is broken; ${(struck / lasted).toFixed(1)} requests/s`,
      });
      await served.remove();
    },
    180_000,
  );
});

it("keeps nine names fresh beside a poisoned tenth, whose target stands, and takes it back when access is given back", async () => {
  const all = await Promise.all(Array.from({ length: 10 }, () => serve("batch")));
  const [poisoned, ...others] = all;
  if (!poisoned) throw new Error("ten were made");
  const denied = {
    kind: "error",
    code: "AccessDeniedException",
    message: `not authorized on ${poisoned.parameter}`,
  } as const;
  bench.aws.reset();
  bench.aws.setRules([{ operation: "GetParameter*", containing: `"${poisoned.parameter}"`, fault: denied }]);
  // A read that was under way when access was revoked may still bring its value: only from here on nothing may.
  await place.until(poisoned.name, "False", { reason: "AccessDenied" });
  const before = await poisoned.version();
  await Promise.all(all.map(({ put }) => put("new")));
  const begun = performance.now();
  await Promise.all(others.map(({ untilValue }) => untilValue("new", promiseMs + 1_500)));
  const freshAfter = secondsSince(begun);
  // The others again, now that the culprit is known for long.
  await Promise.all(others.map(({ put }) => put("newer")));
  await Promise.all(others.map(({ untilValue }) => untilValue("newer", promiseMs + 1_500)));
  expect(await poisoned.version()).toBe(before);
  const struck = bench.aws.entries().filter(({ fault }) => fault !== undefined).length;
  bench.aws.setRules([]);
  const healed = performance.now();
  await poisoned.untilValue("new", 75_000);
  await poisoned.untilHealthy(30_000);
  recordFault({
    suite: "AWS",
    fault: "access to one of ten names revoked, and given back",
    injected: struck,
    seconds: secondsSince(healed),
    seen: `the other nine fresh within ${freshAfter} s; Ready=False AccessDenied for the one, its target as it was`,
  });
  await Promise.all(all.map(({ remove }) => remove()));
}, 180_000);

it("freezes the target of a secret in its deletion window, and goes on when it is restored", async () => {
  const served = await serve("deletion");
  const before = await served.version();
  await bench.fake.deleteSecret({ secretId: served.secretId });
  await place.until(served.name, "False", { reason: "ValueNotFound", timeoutMs: 30_000 });
  await delay(sized(0, 70_000));
  expect(await served.version()).toBe(before);
  await bench.fake.restoreSecret({ secretId: served.secretId });
  await served.put("back");
  const begun = performance.now();
  await served.untilValue("back", 60_000);
  await served.untilHealthy(10_000);
  recordFault({
    suite: "AWS",
    fault: "secret scheduled for deletion, and restored",
    injected: 1,
    seconds: secondsSince(begun),
    seen: "Ready=False ValueNotFound, the target as it was",
  });
  await served.remove();
}, 200_000);

it("wipes nothing when its store is edited to a wrong region, and goes on when it is edited back", async () => {
  const served = await serve("region");
  const before = await served.version();
  await place.applyStore("region: eu-central-1");
  await place.until(served.name, "False", { reason: "ValueNotFound" });
  await delay(sized(0, 70_000));
  expect(await served.version()).toBe(before);
  await served.put("back");
  await place.applyStore("region: eu-west-1");
  const begun = performance.now();
  await served.untilValue("back", 20_000);
  await served.untilHealthy(10_000);
  recordFault({
    suite: "AWS",
    fault: "store edited to a wrong region, and back",
    injected: 1,
    seconds: secondsSince(begun),
    seen: "Ready=False ValueNotFound, the target as it was",
  });
  await served.remove();
}, 200_000);

describe("a find", () => {
  const finds = [
    { reason: "empty pages before each page", fault: { kind: "emptyPages", pages: 3 } as const, grows: true },
    {
      reason: "an item left out of the answer",
      fault: { kind: "dropItems", items: ["*/find/a"] } as const,
      grows: true,
    },
    {
      reason: "an error on every page",
      fault: { kind: "error", code: "InternalServerError", status: 500 } as const,
      grows: false,
    },
  ];
  it.each(spread(finds, sized(1, finds.length)))(
    "loses no key by $reason",
    async ({ reason, fault, grows }) => {
      number += 1;
      const path = `/${place.namespace}/${number}/find`;
      const name = `find-${number}`;
      await bench.fake.putParameter({ name: `${path}/a`, value: "1" });
      await bench.fake.putParameter({ name: `${path}/b`, value: "2" });
      await place.apply(
        name,
        `  refreshInterval: 5s\n  secret: { deletionPolicy: Prune }\n  dataFrom:\n    - { parameterStore: { path: ${path} } }\n`,
      );
      await place.until(name, "True");
      bench.aws.reset();
      bench.aws.setRules([{ operation: "GetParametersByPath", containing: path, fault }]);
      await bench.fake.putParameter({ name: `${path}/b`, value: "3" });
      if (grows) await place.untilSecret(name, "b", "3", 20_000);
      else await delay(promiseMs);
      expect(await place.secret(name)).toEqual({ a: "1", b: grows ? "3" : "2" });
      const struck = bench.aws.entries().filter((entry) => entry.fault !== undefined).length;
      expect(struck).toBeGreaterThan(0);
      bench.aws.setRules([]);
      await bench.fake.putParameter({ name: `${path}/a`, value: "4" });
      const begun = performance.now();
      await place.untilSecret(name, "a", "4", 60_000);
      recordFault({ suite: "AWS", fault: `find by path: ${reason}`, injected: struck, seconds: secondsSince(begun) });
      await bench.cluster.delete(place.ref(name));
    },
    120_000,
  );
});

it("reads on when AWS and this machine disagree on the time by ten minutes", async () => {
  const served = await serve("clock");
  bench.aws.reset();
  bench.aws.setRules([{ fault: { kind: "skewClock", milliseconds: 600_000, restamps: true } }]);
  await served.put("new");
  const begun = performance.now();
  await served.untilValue("new", 60_000);
  recordFault({
    suite: "AWS",
    fault: "AWS's clock ten minutes ahead",
    injected: bench.aws.entries().length,
    seconds: secondsSince(begun),
    seen: "the fault lasts: seconds until a change came through all the same",
  });
  await served.remove();
}, 120_000);

if (isFull) {
  it("is served again after AWS could not be reached at all", async () => {
    const served = await serve("down");
    const before = await served.version();
    await bench.aws.down();
    await served.put("new");
    await delay(30_000);
    expect(await served.version()).toBe(before);
    await bench.aws.up();
    const begun = performance.now();
    await served.untilValue("new", 75_000);
    await served.untilHealthy(30_000);
    recordFault({ suite: "AWS", fault: "connections refused for 30 s", injected: 1, seconds: secondsSince(begun) });
  }, 180_000);
}
