import { setTimeout as sleep } from "node:timers/promises";
import type { ValueRef } from "../../src/api/source.ts";
import type { Reader } from "../../src/aws/reader.ts";
import { cpuSecondsOf, hop, type ReadingBench, startReadingBench, sum, untilGood, wantsOf } from "./reading-bench.ts";
import type { Row } from "./report.ts";
import { floorOf, putStandardValues, standardRefs } from "./workload.ts";

export interface CycleOptions {
  readonly resources: number;
  readonly intervalSeconds: number;
  readonly cycles: number;
}

interface Subscriber {
  readonly reader: Reader;
  readonly refs: readonly ValueRef[];
}

/** One operator identity for all. */
export function sharedIdentity(options: CycleOptions): Promise<readonly Row[]> {
  return measure("one identity", options, {
    floor: floorOf(options.resources * 4 + 2, options.resources),
    subscribers: (bench) => {
      const reader = bench.reader();
      return resources(options).map((resource) => ({ reader, refs: standardRefs(resource) }));
    },
  });
}

/** Half of the own parameters by version, half of the secrets by VersionId. */
export function withPins(options: CycleOptions): Promise<readonly Row[]> {
  return measure("with pins", options, {
    floor: floorOf(options.resources * 2 + 2, Math.floor(options.resources / 2)),
    subscribers: (bench) => {
      const reader = bench.reader();
      return resources(options).map((resource) => ({ reader, refs: standardRefs(resource, true) }));
    },
  });
}

const namespaces = 10;

/** Ten namespaces, each read with a role of its own: nothing is shared between them. */
export function identityPerNamespace(options: CycleOptions): Promise<readonly Row[]> {
  const each = options.resources / namespaces;
  return measure("10 identities", options, {
    floor: namespaces * floorOf(each * 4 + 2, each),
    subscribers: (bench) => {
      const readers = Array.from({ length: namespaces }, (_, index) =>
        bench.reader(bench.recipe({ hops: [hop(`namespace-${index}`)] })),
      );
      return resources(options).flatMap((resource) => {
        const reader = readers[resource % namespaces];
        return reader ? [{ reader, refs: standardRefs(resource) }] : [];
      });
    },
  });
}

function resources({ resources: count }: CycleOptions): readonly number[] {
  return Array.from({ length: count }, (_, index) => index);
}

async function measure(
  scenario: string,
  options: CycleOptions,
  work: { readonly floor: number; subscribers(bench: ReadingBench): readonly Subscriber[] },
): Promise<readonly Row[]> {
  const bench = await startReadingBench();
  try {
    await putStandardValues(bench.fake, options.resources);
    const subscribers = work.subscribers(bench);
    const intervalMs = options.intervalSeconds * 1000;
    subscribers.forEach(({ reader, refs }, index) => {
      bench.plane.subscribe(`resource-${index}`, wantsOf(reader, refs, intervalMs));
    });
    const begun = performance.now();
    for (const { reader, refs } of subscribers) {
      await untilGood(reader, refs);
    }
    const coldSeconds = (performance.now() - begun) / 1000;
    const cold = sum(await bench.fake.counts().then((counts) => counts.calls));
    await sleep(intervalMs);
    await bench.fake.reset();
    const cpu = await cpuSecondsOf(() => sleep(intervalMs * options.cycles));
    const { calls, perSecond } = await bench.fake.counts();
    const perCycle = sum(calls) / options.cycles;
    const { floor } = work;
    return [
      { scenario, measure: "calls a quiet cycle", value: perCycle, unit: "calls", floor, limit: floor * 1.05 },
      { scenario, measure: "busiest second", value: Math.max(...perSecond), unit: "calls" },
      { scenario, measure: "CPU a quiet cycle", value: cpu / options.cycles, unit: "s" },
      { scenario, measure: "cold start", value: cold, unit: "calls" },
      { scenario, measure: "cold start", value: coldSeconds, unit: "s" },
    ];
  } finally {
    await bench.close();
  }
}
