import { setTimeout as sleep } from "node:timers/promises";
import type { Row } from "../../reading/report.ts";
import { describeRequests, withoutLeasesAndWatches, writes } from "../audit-log.ts";
import { awsCalls, cpuOf, longestBlock, mainThreadCpuOf, metricsOf, ramOf, row } from "../figures.ts";
import { assertAlive, type Life, type Stage } from "../stage.ts";
import { callsFloor } from "../work.ts";

const scenario = "quiet cycle";

/** Nothing changes: what that costs in one refresh interval, over `cycles` of them, after one to come to rest. */
export async function quietCycles(stage: Stage, life: Life, cycles: number): Promise<readonly Row[]> {
  const { work, fake, audit, adapter, report } = stage;
  report("coming to rest, one interval");
  await sleep(work.intervalSeconds * 1000);
  await metricsOf(stage);
  await fake.reset();
  audit.take(adapter.isUserAgent);
  const cpuBefore = cpuOf(life);
  const mainBefore = mainThreadCpuOf(life);
  report(`${cycles} quiet intervals`);
  await sleep(work.intervalSeconds * 1000 * cycles);
  const cpu = (cpuOf(life) - cpuBefore) / cycles;
  const mainThread = (mainThreadCpuOf(life) - mainBefore) / cycles;
  const calls = (await awsCalls(stage)) / cycles;
  const memory = ramOf(life);
  const requests = audit.take(adapter.isUserAgent);
  const page = await metricsOf(stage);
  assertAlive(life);
  report(`requests to the API server: ${describeRequests(requests)}`);
  const floor = callsFloor(work.resources);
  return [
    row(scenario, "AWS calls", [calls, "calls"], { floor, limit: floor * 1.05 }),
    row(scenario, "API requests, leases and watches apart", [withoutLeasesAndWatches(requests) / cycles, "requests"], {
      floor: 0,
      limit: 10,
    }),
    row(scenario, "API writes, leases apart", [writes(requests) / cycles, "requests"], { floor: 0, limit: 0 }),
    row(scenario, "CPU", [cpu, "s"], { limit: Math.max(work.resources / 1000, 1) }),
    row(scenario, "CPU, of that the main thread", [mainThread, "s"]),
    row(scenario, "resident memory", [memory.nowMebibytes, "MiB"], { limit: memoryLimit(work.resources) }),
    ...longestBlock(scenario, page, { limit: 100 }),
  ];
}

function memoryLimit(resources: number): number {
  return resources <= 1000 ? 150 : 400;
}
