import { setTimeout as sleep } from "node:timers/promises";
import type { ValueRef } from "../../src/api/source.ts";
import type { Reader } from "../../src/aws/reader.ts";
import { systemClock } from "../../src/controller/clock.ts";
import type { Counts } from "../fake-aws/counts.ts";
import { type ReadingBench, type Resource, startReadingBench, subscribe, visit, visitAll } from "./reading-bench.ts";
import type { Row } from "./report.ts";

const quotaPerSecond = 40;
const limitPerSecond = 36;
const perResource = 6;

export interface QuotaOptions {
  readonly resources: number;
  /** How long the quiet cycles are watched, at an interval of 5 minutes. */
  readonly quietSeconds: number;
  /** How long an interval of 60 s, which the quota cannot carry, is watched. */
  readonly saturatedSeconds: number;
}

/** AWS's default quota of 40 reads a second, the store's limit at 36, and more parameters than a minute can carry. */
export async function underQuota(options: QuotaOptions): Promise<readonly Row[]> {
  const bench = await startReadingBench({ limits: { parameterReads: limitPerSecond } });
  try {
    const parameters = options.resources * perResource;
    await bench.fake.putParameters({ namePrefix: "/p/", count: parameters, bytes: 40 });
    await bench.fake.putParameters({ namePrefix: "/late/", count: 10 * perResource, bytes: 40 });
    await bench.fake.quotas({ parameterReads: quotaPerSecond });
    const reader = bench.reader();
    const resources = Array.from({ length: options.resources }, (_, index) => resource(reader, `/p/`, index));
    const load = { reader, resources, floorSeconds: parameters / 10 / limitPerSecond };
    return [
      ...(await coldStart(bench, load)),
      ...(await quiet(bench, load, options.quietSeconds)),
      ...(await saturated(bench, load, options.saturatedSeconds)),
    ];
  } finally {
    await bench.close();
  }
}

interface Load {
  readonly reader: Reader;
  readonly resources: readonly Resource[];
  /** Seconds that one read of everything takes at the limit. */
  readonly floorSeconds: number;
}

const quietIntervalMs = 300_000;

async function coldStart(bench: ReadingBench, load: Load): Promise<readonly Row[]> {
  const { resources, floorSeconds: floor } = load;
  const cold = visitAll(bench, resources, quietIntervalMs);
  await sleep((floor / 2) * 1000);
  const late = await newResource(bench, load, 0);
  const seconds = await cold;
  const counts = await bench.fake.counts();
  const scenario = `cold start, ${resources.length * perResource} parameters`;
  return [
    { scenario, measure: "all read", value: seconds, unit: "s", floor, limit: floor * 1.1 },
    {
      scenario,
      measure: "calls",
      value: counts.calls["GetParameters"] ?? 0,
      unit: "calls",
      floor: floor * limitPerSecond,
    },
    { scenario, measure: "new resource in the middle", value: late, unit: "s", limit: 2 },
    throttledRow(scenario, counts),
  ];
}

async function quiet(bench: ReadingBench, load: Load, seconds: number): Promise<readonly Row[]> {
  await bench.fake.reset();
  await sleep((seconds / 2) * 1000);
  const late = await newResource(bench, load, 1);
  await sleep((seconds / 2) * 1000);
  const counts = await bench.fake.counts();
  const scenario = "quiet, interval 5 min";
  const calls = counts.calls["GetParameters"] ?? 0;
  const floor = ((load.resources.length * perResource) / 10) * (seconds / (quietIntervalMs / 1000));
  return [
    { scenario, measure: `calls in ${seconds} s`, value: calls, unit: "calls", floor },
    { scenario, measure: "busiest second", value: Math.max(...counts.perSecond), unit: "calls" },
    { scenario, measure: "new resource in the middle", value: late, unit: "s", limit: 2 },
    throttledRow(scenario, counts),
  ];
}

/** All ask for twice what the quota carries: everybody's values grow old alike, and nobody starves. */
async function saturated(bench: ReadingBench, load: Load, seconds: number): Promise<readonly Row[]> {
  for (const each of load.resources) {
    subscribe(bench, each, 60_000);
  }
  await bench.fake.reset();
  await sleep((seconds / 2) * 1000);
  const late = await newResource(bench, load, 2);
  await sleep((seconds / 2) * 1000);
  const counts = await bench.fake.counts();
  const ages = agesOf(load);
  const scenario = "saturated, interval 60 s";
  const { floorSeconds: floor } = load;
  return [
    { scenario, measure: "oldest value", value: ages.at(-1) ?? 0, unit: "s", floor, limit: floor * 1.2 },
    { scenario, measure: "median age", value: ages[Math.floor(ages.length / 2)] ?? 0, unit: "s", floor: floor / 2 },
    { scenario, measure: "new resource in the middle", value: late, unit: "s", limit: 2 },
    throttledRow(scenario, counts),
  ];
}

/** Seconds since each value was read, youngest first. */
function agesOf({ reader, resources }: Load): readonly number[] {
  const now = systemClock.now();
  return resources
    .flatMap(({ refs }) => refs.map((ref) => (now - (reader.peek(ref)?.good?.at ?? 0)) / 1000))
    .sort((left, right) => left - right);
}

/** Seconds until a resource that comes now has all its values. */
function newResource(bench: ReadingBench, { reader }: Load, number: number): Promise<number> {
  return visit(bench, resource(reader, "/late/", number), { intervalMs: quietIntervalMs, priority: "interactive" });
}

function resource(reader: Reader, prefix: string, number: number): Resource {
  const refs = Array.from({ length: perResource }, (_, index): ValueRef => {
    return { kind: "parameter", name: `${prefix}${number * perResource + index}` };
  });
  return { name: `${prefix}${number}`, reader, refs };
}

function throttledRow(scenario: string, { calls, errors }: Counts): Row {
  const throttled = errors["GetParameters ThrottlingException"] ?? 0;
  const value = (100 * throttled) / Math.max(1, calls["GetParameters"] ?? 0);
  return { scenario, measure: "throttled calls", value, unit: "%", limit: 1 };
}
