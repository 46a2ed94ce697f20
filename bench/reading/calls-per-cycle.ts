import { setTimeout as sleep } from "node:timers/promises";
import {
  cpuSecondsOf,
  hop,
  type ReadingBench,
  type Resource,
  startReadingBench,
  sum,
  visitAll,
} from "./reading-bench.ts";
import type { Row } from "./report.ts";
import { floorOf, putStandardValues, standardRefs } from "./workload.ts";

export interface CycleOptions {
  readonly resources: number;
  readonly intervalSeconds: number;
  readonly cycles: number;
  /** Resources that are worked on at a time. */
  readonly workers: number;
}

/** One operator identity for all. */
export function sharedIdentity(options: CycleOptions): Promise<readonly Row[]> {
  return measure("one identity", options, {
    floor: floorOf(options.resources * 4 + 2, options.resources),
    resources: (bench) => {
      const reader = bench.reader();
      return numbers(options).map((number) => ({ name: `r${number}`, reader, refs: standardRefs(number) }));
    },
  });
}

/** Half of the own parameters by version, half of the secrets by VersionId. */
export function withPins(options: CycleOptions): Promise<readonly Row[]> {
  const half = Math.floor(options.resources / 2);
  return measure("with pins", options, {
    floor: floorOf(options.resources * 2 + 2, half),
    // Each pin once: of parameters in batches with the others, of secrets one by one.
    coldFloor: floorOf(options.resources * 4 + 2, half) + options.resources - half,
    resources: (bench) => {
      const reader = bench.reader();
      return numbers(options).map((number) => ({ name: `r${number}`, reader, refs: standardRefs(number, true) }));
    },
  });
}

const namespaces = 10;

/** Ten namespaces, each read with a role of its own: nothing is shared between them. */
export function identityPerNamespace(options: CycleOptions): Promise<readonly Row[]> {
  const each = options.resources / namespaces;
  return measure("10 identities", options, {
    floor: namespaces * floorOf(each * 4 + 2, each),
    resources: (bench) => {
      const readers = Array.from({ length: namespaces }, (_, index) =>
        bench.reader(bench.recipe({ hops: [hop(`namespace-${index}`)] })),
      );
      return numbers(options).flatMap((number) => {
        const reader = readers[number % namespaces];
        return reader ? [{ name: `r${number}`, reader, refs: standardRefs(number) }] : [];
      });
    },
  });
}

function numbers({ resources: count }: CycleOptions): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

async function measure(
  scenario: string,
  options: CycleOptions,
  work: {
    /** Calls. */
    readonly floor: number;
    /** Of the first cycle, where it differs. */
    readonly coldFloor?: number;
    resources(bench: ReadingBench): readonly Resource[];
  },
): Promise<readonly Row[]> {
  const bench = await startReadingBench();
  try {
    await putStandardValues(bench.fake, options.resources);
    const intervalMs = options.intervalSeconds * 1000;
    const coldSeconds = await visitAll(bench, work.resources(bench), intervalMs, options.workers);
    const { calls: coldCalls } = await bench.fake.counts();
    const cold = sum(coldCalls);
    // One a recipe: no cycle needs them, and no start can do without.
    const tokens = coldCalls["AssumeRole"] ?? 0;
    await sleep(intervalMs);
    await bench.fake.reset();
    const cpu = await cpuSecondsOf(() => sleep(intervalMs * options.cycles));
    const { calls, perSecond } = await bench.fake.counts();
    const perCycle = sum(calls) / options.cycles;
    const { floor, coldFloor = floor } = work;
    return [
      { scenario, measure: "calls a quiet cycle", value: perCycle, unit: "calls", floor, limit: floor * 1.05 },
      { scenario, measure: "busiest second", value: Math.max(...perSecond), unit: "calls" },
      { scenario, measure: "CPU a quiet cycle", value: cpu / options.cycles, unit: "s" },
      { scenario, measure: "cold start", value: cold, unit: "calls", floor: coldFloor + tokens },
      { scenario, measure: "cold start", value: coldSeconds, unit: "s" },
    ];
  } finally {
    await bench.close();
  }
}
