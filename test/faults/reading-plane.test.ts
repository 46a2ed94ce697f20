import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, describe, expect, it } from "@jest/globals";
import { hop, type ReadingBench, startReadingBench, sum, visitAll } from "../../bench/reading/reading-bench.ts";
import type { ValueRef } from "../../src/api/source.ts";
import { systemClock } from "../../src/controller/clock.ts";
import { eventually } from "../support/eventually.ts";

let bench: ReadingBench | undefined;
afterEach(async () => {
  await bench?.close();
  bench = undefined;
});

const parameter = (name: string): ValueRef => ({ kind: "parameter", name });

describe("500 names among 4,000 that nobody may read", () => {
  it("cost the others neither freshness nor calls, and are read again once they may be", async () => {
    const intervalMs = 15_000;
    const limit = 200;
    bench = await startReadingBench({ limits: { parameterReads: limit }, latencyMs: 2 });
    const { fake } = bench;
    await fake.putParameters({ namePrefix: "/good/", count: 3500, bytes: 20 });
    await fake.putParameters({ namePrefix: "/poison/", count: 500, bytes: 20 });
    const reader = bench.reader();
    // Seven good ones and a bad one each, so that nearly every batch holds a bad one.
    const resources = Array.from({ length: 500 }, (_, index) => ({
      name: `r${index}`,
      reader,
      refs: [
        ...Array.from({ length: 7 }, (__, own) => parameter(`/good/${index * 7 + own}`)),
        parameter(`/poison/${index}`),
      ],
    }));
    await visitAll(bench, resources, intervalMs);
    await fake.deny([{ action: "ssm:GetParameters", resource: "*:parameter/poison/*" }]);
    // Two cycles: each batch is taken apart once, and its culprits leave it.
    await sleep(2 * intervalMs);
    await fake.reset();
    await sleep(intervalMs);
    const calls = sum((await fake.counts()).calls);
    // 350 full batches, and 5 % of the limit for those that are asked alone.
    expect(calls).toBeLessThanOrEqual(350 * 1.05 + limit * 0.05 * (intervalMs / 1000) + 10);
    const ages = Array.from({ length: 3500 }, (_, index) => reader.peek(parameter(`/good/${index}`))).map(
      (reading) => systemClock.now() - (reading?.good?.at ?? 0),
    );
    expect(Math.max(...ages)).toBeLessThanOrEqual(intervalMs * 1.1 + 5000);
    const poisoned = reader.peek(parameter("/poison/7"));
    expect(poisoned).toMatchObject({ good: { values: [{}] }, failure: { error: { kind: "denied" } } });
    await fake.deny([]);
    // Not before now: a failure that is a few seconds old would answer others.
    const request = { content: true, priority: "interactive", store: "ClusterValueStore/bench" } as const;
    const again = await reader.read([parameter("/poison/7")], { ...request, notBefore: systemClock.now() });
    expect([...again.values()].map(({ failure }) => failure)).toEqual([undefined]);
  }, 180_000);
});

describe("STS that throttles", () => {
  it("delays what waits for credentials and nobody else, and is over by itself", async () => {
    bench = await startReadingBench({ latencyMs: 2 });
    const { fake } = bench;
    await fake.putParameters({ namePrefix: "/p/", count: 10, bytes: 20 });
    await fake.faults([
      { operation: "AssumeRole", effect: "error", code: "Throttling", message: "Rate exceeded", times: 3 },
    ]);
    const waiting = bench.reader(bench.recipe({ hops: [hop("throttled")] }));
    const other = bench.reader();
    const request = { content: true, priority: "interactive", store: "ClusterValueStore/bench" } as const;
    const read = async (reader: typeof waiting) =>
      [...(await reader.read([parameter("/p/1")], { ...request, notBefore: systemClock.now() })).values()][0];
    expect((await read(waiting))?.failure?.error).toMatchObject({ kind: "credentials", code: "Throttling" });
    expect((await read(other))?.good).toBeDefined();
    await eventually(async () => ((await read(waiting))?.good === undefined ? undefined : true), {
      what: "the credentials are there",
      timeoutMs: 60_000,
      intervalMs: 500,
    });
    expect((await fake.counts()).calls["AssumeRole"]).toBeLessThanOrEqual(6);
  }, 90_000);
});
