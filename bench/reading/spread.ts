import { setTimeout as sleep } from "node:timers/promises";
import type { CallOptions, ServiceCalls } from "../../src/aws/calls.ts";
import { cpuSecondsOf, startReadingBench } from "./reading-bench.ts";
import type { Row } from "./report.ts";
import { putStandardValues } from "./workload.ts";

const options: CallOptions = { priority: "refresh", store: "ClusterValueStore/bench" };

/**
 * CPU of the same full batches, through the same clients, evenly over the interval and in slots: why the calendar lets
 * batches fall due together.
 */
export async function spreadOfBatches(given: {
  readonly resources: number;
  readonly intervalSeconds: number;
}): Promise<readonly Row[]> {
  const bench = await startReadingBench({ limits: { parameterReads: 1000, secretBatches: 1000 } });
  try {
    await putStandardValues(bench.fake, given.resources);
    bench.reader();
    const batches = batchesOf(bench.clients.calls(bench.recipe(), "eu-west-1"), given.resources);
    const intervalMs = given.intervalSeconds * 1000;
    await inSlots(batches, 12, intervalMs / 4);
    const rows: Row[] = [];
    for (const slots of [batches.length, 60, 20, 12, 6]) {
      const cpu = await cpuSecondsOf(() => inSlots(batches, slots, intervalMs));
      const measure = slots === batches.length ? "evenly spread" : `in ${slots} slots`;
      rows.push({ scenario: `CPU of ${batches.length} calls`, measure, value: cpu, unit: "s" });
    }
    return rows;
  } finally {
    await bench.close();
  }
}

type Batch = () => Promise<unknown>;

function batchesOf(calls: ServiceCalls, resources: number): readonly Batch[] {
  const parameters = Array.from({ length: resources * 4 }, (_, index) => `/own/${index}`);
  const secrets = Array.from({ length: resources }, (_, index) => `own/${index}`);
  return [
    ...chunks([...parameters, "/shared/0", "/shared/1"], 10).map((names) => () => calls.getParameters(names, options)),
    ...chunks(secrets, 20).map((ids) => () => calls.batchGetSecretValue(ids, options)),
  ];
}

/** All batches once: those of one slot begin together, the slots evenly over the interval. */
async function inSlots(batches: readonly Batch[], slots: number, intervalMs: number): Promise<void> {
  const running: Promise<unknown>[] = [];
  const begun = performance.now();
  for (let slot = 0; slot < slots; slot += 1) {
    await sleep(Math.max(0, begun + (slot / slots) * intervalMs - performance.now()));
    running.push(...batches.filter((_, index) => index % slots === slot).map((batch) => batch()));
  }
  await Promise.all(running);
  await sleep(Math.max(0, begun + intervalMs - performance.now()));
}

function chunks(items: readonly string[], size: number): readonly (readonly string[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );
}
