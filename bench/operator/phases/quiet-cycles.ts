import { setTimeout as sleep } from "node:timers/promises";
import type { Row } from "../../reading/report.ts";
import { describeRequests, withoutLeasesAndWatches, writes } from "../audit-log.ts";
import {
  awsCalls,
  type Bounds,
  cpuOf,
  longestBlock,
  mainThreadCpuOf,
  metricsOf,
  ramOf,
  row,
  throttledRow,
} from "../figures.ts";
import { type SdkAlone, sdkAlone } from "../sdk-alone.ts";
import { assertAlive, type Life, type Stage } from "../stage.ts";
import { callsFloor } from "../work.ts";

const scenario = "quiet cycle";

/** Nothing changes: what that costs in one refresh interval, over `cycles` of them, after one to come to rest. */
export async function quietCycles(stage: Stage, life: Life, cycles: number): Promise<readonly Row[]> {
  const { work, fake, audit, adapter, report } = stage;
  const alone = await comeToRest(stage);
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
  const throttled = await throttledRow(scenario, stage, calls * cycles);
  const memory = ramOf(life);
  const requests = audit.take(adapter.isUserAgent);
  const page = await metricsOf(stage);
  assertAlive(life);
  report(`requests to the API server: ${describeRequests(requests)}`);
  const floor = callsFloor(work.resources);
  return [
    row(scenario, "AWS calls", [calls, "calls"], { floor, limit: floor * 1.05 }),
    ...throttled,
    row(scenario, "API requests, leases and watches apart", [withoutLeasesAndWatches(requests) / cycles, "requests"], {
      floor: 0,
      limit: 10,
    }),
    row(scenario, "API writes, leases apart", [writes(requests) / cycles, "requests"], { floor: 0, limit: 0 }),
    row(scenario, "CPU", [cpu, "s"], { ...floorIn(alone?.cpuSeconds), limit: Math.max(work.resources / 1000, 1) }),
    row(scenario, "CPU, of that the main thread", [mainThread, "s"]),
    row(scenario, "resident memory", [memory.nowMebibytes, "MiB"], {
      ...floorIn(alone?.residentMebibytes),
      limit: memoryLimit(work.resources),
    }),
    ...longestBlock(scenario, page, { limit: 100 }),
  ];
}

/** One interval. Meanwhile the SDK's clients make the calls of one, by themselves, unless a quota is in their way. */
async function comeToRest({ work, fake, quota, report }: Stage): Promise<SdkAlone | undefined> {
  report("coming to rest, one interval");
  const rest = sleep(work.intervalSeconds * 1000);
  const alone = quota === undefined ? await sdkAlone(fake.url, work) : undefined;
  await rest;
  return alone;
}

const floorIn = (floor: number | undefined): Bounds => (floor === undefined ? {} : { floor });

function memoryLimit(resources: number): number {
  return resources <= 1000 ? 150 : 400;
}
