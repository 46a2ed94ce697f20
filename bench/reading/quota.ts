import { setTimeout as sleep } from "node:timers/promises";
import type { ValueRef } from "../../src/api/source.ts";
import type { Reader } from "../../src/aws/reader.ts";
import type { Counts } from "../fake-aws/counts.ts";
import { type ReadingBench, startReadingBench, untilGood, wantsOf } from "./reading-bench.ts";
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
    const refs = Array.from({ length: parameters }, (_, index) => parameter(`/p/${index}`));
    const floorSeconds = parameters / 10 / limitPerSecond;
    return [
      ...(await coldStart(bench, { reader, refs, floorSeconds })),
      ...(await quiet(bench, { reader, refs, options })),
      ...(await saturated(bench, { reader, refs, floorSeconds, seconds: options.saturatedSeconds })),
    ];
  } finally {
    await bench.close();
  }
}

interface Load {
  readonly reader: Reader;
  readonly refs: readonly ValueRef[];
}

const quietIntervalMs = 300_000;

async function coldStart(bench: ReadingBench, load: Load & { readonly floorSeconds: number }): Promise<readonly Row[]> {
  subscribeAll(bench, load, quietIntervalMs);
  const cold = untilGood(load.reader, load.refs);
  await sleep((load.floorSeconds / 2) * 1000);
  const late = await readyIn(bench, load.reader, 0);
  const seconds = await cold;
  const counts = await bench.fake.counts();
  const scenario = `cold start, ${load.refs.length} parameters`;
  return [
    {
      scenario,
      measure: "all read",
      value: seconds,
      unit: "s",
      floor: load.floorSeconds,
      limit: load.floorSeconds * 1.1,
    },
    { scenario, measure: "new resource in the middle", value: late, unit: "s", limit: 2 },
    throttledRow(scenario, counts),
  ];
}

async function quiet(
  bench: ReadingBench,
  { reader, refs, options }: Load & { readonly options: QuotaOptions },
): Promise<readonly Row[]> {
  await bench.fake.reset();
  await sleep((options.quietSeconds / 2) * 1000);
  const late = await readyIn(bench, reader, 1);
  await sleep((options.quietSeconds / 2) * 1000);
  const counts = await bench.fake.counts();
  const scenario = "quiet, 5 min interval";
  const floor = (refs.length / 10) * (options.quietSeconds / (quietIntervalMs / 1000));
  const calls = counts.calls["GetParameters"] ?? 0;
  return [
    { scenario, measure: `calls in ${options.quietSeconds} s`, value: calls, unit: "calls", floor },
    { scenario, measure: "busiest second", value: Math.max(...counts.perSecond), unit: "calls", limit: quotaPerSecond },
    { scenario, measure: "new resource in the middle", value: late, unit: "s", limit: 2 },
    throttledRow(scenario, counts),
  ];
}

async function saturated(
  bench: ReadingBench,
  load: Load & { readonly floorSeconds: number; readonly seconds: number },
): Promise<readonly Row[]> {
  subscribeAll(bench, load, 60_000);
  await sleep((load.seconds / 2) * 1000);
  await bench.fake.reset();
  const late = await readyIn(bench, load.reader, 2);
  await sleep((load.seconds / 2) * 1000);
  const counts = await bench.fake.counts();
  const now = performance.timeOrigin + performance.now();
  const ages = load.refs
    .map((ref) => (now - (load.reader.peek(ref)?.good?.at ?? 0)) / 1000)
    .sort((left, right) => left - right);
  const scenario = "saturated, 60 s interval";
  return [
    {
      scenario,
      measure: "oldest value",
      value: ages.at(-1) ?? 0,
      unit: "s",
      floor: load.floorSeconds,
      limit: load.floorSeconds * 1.2,
    },
    {
      scenario,
      measure: "median age",
      value: ages[Math.floor(ages.length / 2)] ?? 0,
      unit: "s",
      floor: load.floorSeconds / 2,
    },
    { scenario, measure: "new resource in the middle", value: late, unit: "s", limit: 2 },
    throttledRow(scenario, counts),
  ];
}

/** Seconds until a resource that comes now has all its values, as the controller asks for them. */
async function readyIn(bench: ReadingBench, reader: Reader, number: number): Promise<number> {
  const refs = Array.from({ length: perResource }, (_, index) => parameter(`/late/${number * perResource + index}`));
  const begun = performance.now();
  bench.plane.subscribe(`late-${number}`, wantsOf(reader, refs, quietIntervalMs));
  const readings = await reader.read(refs, {
    notBefore: 0,
    content: true,
    priority: "interactive",
    store: "ClusterValueStore/bench",
  });
  const unread = [...readings.values()].filter((reading) => reading.good === undefined).length;
  if (unread > 0) {
    throw new Error(`${unread} values of a new resource could not be read`);
  }
  return (performance.now() - begun) / 1000;
}

function subscribeAll(bench: ReadingBench, { reader, refs }: Load, intervalMs: number): void {
  for (let index = 0; index < refs.length; index += perResource) {
    bench.plane.subscribe(`resource-${index}`, wantsOf(reader, refs.slice(index, index + perResource), intervalMs));
  }
}

function throttledRow(scenario: string, { calls, errors }: Counts): Row {
  const throttled = errors["GetParameters ThrottlingException"] ?? 0;
  const value = (100 * throttled) / Math.max(1, calls["GetParameters"] ?? 0);
  return { scenario, measure: "throttled calls", value, unit: "%", limit: 1 };
}

function parameter(name: string): ValueRef {
  return { kind: "parameter", name };
}
