import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "../../../test/support/eventually.ts";
import type { Row } from "../../reading/report.ts";
import { describeRequests, writes } from "../audit-log.ts";
import { awsCalls, cpuOf, metricsOf, row } from "../figures.ts";
import { assertAlive, type Life, type Stage } from "../stage.ts";
import { callsFloor } from "../work.ts";
import { startRow } from "./cold-start.ts";

const scenario = "restart, all in place";

/** The operator, of so many resources, ends and starts again: what it asks and writes until it has looked at everything, and to the interval's end. */
export async function restart(stage: Stage, before: Life, resources: number): Promise<readonly Row[]> {
  const { work, fake, audit, adapter, report } = stage;
  report("restarting the operator");
  await before.process.stop(30_000);
  await fake.reset();
  audit.take(adapter.isUserAgent);
  const life = stage.start();
  const checked = await secondsUntilChecked(stage, life, resources);
  const cpu = cpuOf(life);
  const calls = await awsCalls(stage);
  await sleep(2_000);
  const requests = audit.take(adapter.isUserAgent);
  assertAlive(life);
  report(`requests to the API server: ${describeRequests(requests)}`);
  const floor = callsFloor(resources);
  return [
    ...startRow(stage, life).map((each) => ({ ...each, scenario })),
    row(scenario, "AWS calls", [calls, "calls"], { floor, limit: floor * 1.05 }),
    row(scenario, "API writes, leases apart", [writes(requests), "requests"], { floor: 0, limit: 0 }),
    row(scenario, "CPU until all is checked", [cpu, "s"]),
    ...(checked === undefined ? [] : [row(scenario, "all checked", [checked, "s"], { limit: work.intervalSeconds })]),
  ];
}

/** Until its metrics call every resource ready; without metrics one interval is waited. */
async function secondsUntilChecked(stage: Stage, life: Life, resources: number): Promise<number | undefined> {
  const { work, command } = stage;
  if (command.metricsUrl === undefined) {
    await sleep(work.intervalSeconds * 1000);
    return undefined;
  }
  await eventually(
    async () => {
      assertAlive(life);
      const ready = (await metricsOf(stage))?.sum("externalvalues_ready") ?? 0;
      return ready >= resources || undefined;
    },
    { what: "all resources are checked", timeoutMs: work.intervalSeconds * 1000 + 300_000, intervalMs: 1_000 },
  );
  return (performance.now() - life.startedAt) / 1000;
}
