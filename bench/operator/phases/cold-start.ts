import { tail } from "../../../test/support/managed-process.ts";
import type { Row } from "../../reading/report.ts";
import { describeRequests } from "../audit-log.ts";
import { clearWork, createResources, writeBare } from "../cluster-work.ts";
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
import type { Life, Stage } from "../stage.ts";
import { callsFloor, keyOf, standingResources } from "../work.ts";

const scenario = "cold start";

export interface ColdStart {
  readonly rows: readonly Row[];
  readonly life: Life;
}

/**
 * Everything is there but the Secrets, then the operator is started: until the last resource is ready. A machine that
 * others use too is not equally fast all the time, and the floor is measured before: so where it takes seconds it is done
 * three times, and the time whose ratio to its floor lies between the two others is the one that counts.
 */
export async function coldStart(stage: Stage): Promise<ColdStart> {
  const { controlPlane, adapter, work, report } = stage;
  const rounds: Round[] = [];
  for (;;) {
    const round = await oneRound(stage);
    rounds.push(round);
    if (rounds.length === roundsOf(stage)) return { life: round.life, rows: medianOf(rounds).rows };
    report(`${round.ratio.toFixed(2)} times the bare writes; once more`);
    await round.life.process.stop(30_000);
    await clearWork(controlPlane.admin, adapter, work);
  }
}

interface Round extends ColdStart {
  /** To the bare writes; NaN where there were none. */
  readonly ratio: number;
}

function roundsOf({ floor, quota, work }: Stage): number {
  return floor && quota === undefined && work.resources <= 1000 ? 3 : 1;
}

function medianOf(rounds: readonly Round[]): Round {
  const sorted = rounds.toSorted((a, b) => a.ratio - b.ratio);
  return sorted[Math.floor(sorted.length / 2)] as Round;
}

async function oneRound(stage: Stage): Promise<Round> {
  const { controlPlane, adapter, work, report, fake, audit } = stage;
  const standing = standingResources(work);
  const bareSeconds = stage.floor ? await bareWrites(stage) : undefined;
  report(`creating ${work.resources} resources`);
  await createResources(controlPlane.admin, adapter, standing);

  report("starting the operator");
  await fake.reset();
  audit.take(adapter.isUserAgent);
  const ready = stage.resources.all("all resources are ready", standing.map(keyOf), {
    test: ({ type, object }) => type !== "DELETED" && adapter.isReady(object),
    timeoutMs: 1_800_000,
  });
  const life = stage.start();
  const ended = life.process.exited.then((): never => {
    throw new Error(`the operator has ended; ${tail(life.process)}`);
  });
  const { times, lastAt } = await Promise.race([ready, ended]);
  const cpu = cpuOf(life);
  const mainThread = mainThreadCpuOf(life);
  const memory = ramOf(life);
  const calls = await awsCalls(stage);
  const throttled = await throttledRow(scenario, stage, calls);
  const page = await metricsOf(stage);
  const requests = audit.take(adapter.isUserAgent);
  report(`requests to the API server: ${describeRequests(requests)}`);
  const floor = callsFloor(work.resources);
  const per1000 = work.resources / 1000;
  const seconds = (lastAt - life.startedAt) / 1000;
  return {
    life,
    ratio: seconds / (bareSeconds ?? Number.NaN),
    rows: [
      ...startRow(stage, life),
      row(scenario, "first resource ready", [((times[0] ?? Number.NaN) - life.startedAt) / 1000, "s"]),
      row(scenario, "all ready", [seconds, "s"], readyBounds(stage, bareSeconds)),
      row(scenario, "CPU", [cpu, "s"], { limit: 6 * Math.max(per1000, 1) }),
      row(scenario, "CPU, of that the main thread", [mainThread, "s"]),
      row(scenario, "AWS calls", [calls, "calls"], { floor }),
      ...throttled,
      row(
        scenario,
        "resident memory, peak",
        [memory.peakMebibytes, "MiB"],
        work.resources <= 1000 ? { limit: 200 } : {},
      ),
      ...longestBlock(scenario, page),
    ],
  };
}

/** Of few resources, the start of the process takes most of the time. */
function readyBounds(stage: Stage, bareSeconds: number | undefined): Bounds {
  if (bareSeconds === undefined) return {};
  const limit = Math.max(bareSeconds, quotaSeconds(stage)) * 1.5;
  return { floor: bareSeconds, ...(stage.work.resources < 1000 ? {} : { limit }) };
}

/** The floor, in seconds. */
async function bareWrites({ controlPlane, adapter, work, report }: Stage): Promise<number> {
  report("the same writes, bare");
  const made = await createResources(controlPlane.admin, adapter, standingResources(work));
  const seconds = await writeBare(controlPlane.admin, adapter, made);
  await clearWork(controlPlane.admin, adapter, work);
  return seconds;
}

/** What the quota alone makes of it. */
function quotaSeconds({ quota, work }: Stage): number {
  return quota === undefined ? 0 : (work.resources * 4) / 10 / quota;
}

/** From the start of the process to the begin of work. */
export function startRow({ command }: Stage, life: Life): readonly Row[] {
  const began = command.worksFrom?.(life.process.output());
  return began === undefined
    ? []
    : [row("start", "to the first reconcile", [(began - life.startedDate) / 1000, "s"], { limit: 2 })];
}
