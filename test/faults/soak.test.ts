import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "@jest/globals";
import { type FaultBench, startFaultBench } from "./support/fault-bench.ts";
import { recordFault } from "./support/fault-record.ts";
import { arrangeMany } from "./support/many-resources.ts";
import { openHandles, residentMiB } from "./support/process-facts.ts";

// Runs in the full suites only (jest.config.js): ten minutes. Many refreshes at the shortest interval, with a change and a drift now and then: memory and handles stay as they are.

let bench: FaultBench;
beforeAll(async () => {
  bench = await startFaultBench();
}, 120_000);
afterAll(() => bench?.stop());

const count = 1_000;
const early = 10_000;
const late = 100_000;

/** Of the last looks, the median: a garbage collection more or less is no growth. */
async function steadyMemory(pid: number): Promise<number> {
  const looks: number[] = [];
  for (let look = 0; look < 15; look += 1) {
    looks.push(residentMiB(pid));
    await delay(1_000);
  }
  return looks.sort((a, b) => a - b)[Math.floor(looks.length / 2)] ?? 0;
}

it(`is as large after ${late} refreshes as after ${early}`, async () => {
  const place = await bench.createPlace();
  const many = await arrangeMany(bench, place, { count, interval: "5s" });
  await many.applyAll();
  await many.untilRight("all are served", 60_000);
  const pid = bench.operator().local?.process.pid ?? 0;
  let refreshes = 0;
  const refreshUntil = async (wanted: number) => {
    for (let round = 0; refreshes < wanted; round += 1) {
      await delay(1_000);
      // Each batch of ten is read once an interval.
      refreshes += bench.aws.entries().filter(({ operation }) => operation === "GetParameters").length * 10;
      bench.aws.reset();
      bench.api.reset();
      await many.change(round % count);
      if (round % 5 === 0) await many.deleteTarget((round * 7) % count);
    }
  };
  await refreshUntil(early);
  const before = { memory: await steadyMemory(pid), handles: openHandles(pid) };
  await refreshUntil(late);
  await many.untilRight("all are right", 30_000);
  const after = { memory: await steadyMemory(pid), handles: openHandles(pid) };
  expect(after.memory).toBeLessThan(before.memory * 1.1);
  expect(after.handles).toBeLessThan(before.handles + 15);
  recordFault({
    suite: "Soak",
    fault: `${late} refreshes of ${count} resources`,
    injected: refreshes,
    seen: `resident memory ${before.memory.toFixed(0)} MiB after ${early}, ${after.memory.toFixed(0)} MiB after ${late}; open handles ${before.handles} → ${after.handles}`,
  });
}, 1_800_000);
