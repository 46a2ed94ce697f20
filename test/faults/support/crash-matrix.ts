import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { eventually } from "../../support/eventually.ts";
import { type EndState, readEndState } from "./end-state.ts";
import type { FaultBench, Place } from "./fault-bench.ts";
import { secondsSince } from "./fault-record.ts";
import type { RequestCount, RequestPoint } from "./request-count.ts";

/** What happens in one place, and what must come of it wherever the operator dies in between. */
export interface CrashScenario {
  readonly name: string;
  /** Values and resources before the act; resolves when the operator has served them. */
  arrange(place: Place, bench: FaultBench): Promise<void>;
  /** What the user, or AWS, does. The operator's requests from here on are the scenario's. */
  act(place: Place, bench: FaultBench): Promise<void>;
  /** True of the end state, which every disturbed run must then equal. */
  isDone(state: EndState): boolean;
  /** Must hold of what stands at the moment of every crash: the last good targets are there. */
  isSafe(state: EndState): boolean;
  /** What stands outside of the place, or is of other kinds, and is compared as well (`more` of the state). */
  more?(place: Place, bench: FaultBench): Promise<unknown>;
  /** Removes what the scenario made outside of its place. */
  tidy?(place: Place, bench: FaultBench): Promise<void>;
  /** For what takes longer than 30 s by its nature. */
  readonly withinMs?: number;
  /**
   * What the user does while the operator is down; without a crash, after it has served the act. The end that is compared is
   * the one after that.
   */
  readonly whileDown?: Pick<CrashScenario, "act" | "isDone">;
}

export interface UndisturbedRun {
  readonly requests: readonly string[];
  readonly end: EndState;
}

// Events are sent a moment after the status: so long after the last request nothing more is expected.
const quietMs = 300;
/** An operator that is still busy after so long is in a loop. */
const restMs = 30_000;
const actMs = 30_000;
const recoveryMs = 30_000;

function readState(scenario: CrashScenario, bench: FaultBench, place: Place): Promise<EndState> {
  const { more } = scenario;
  return readEndState(bench.cluster, place.namespace, more ? () => more(place, bench) : undefined);
}

async function leave(scenario: CrashScenario, bench: FaultBench, place: Place): Promise<void> {
  await scenario.tidy?.(place, bench);
  await place.remove();
}

/** Runs the scenario without a fault. The operator runs already, and still does afterwards. */
export async function runUndisturbed(
  scenario: CrashScenario,
  bench: FaultBench,
  count: RequestCount,
): Promise<UndisturbedRun> {
  const place = await arrangePlace(scenario, bench, count);
  count.arm();
  await scenario.act(place, bench);
  const untilDone = async (isDone: CrashScenario["isDone"]) => {
    const ended = async () => {
      const state = await readState(scenario, bench, place);
      if (!isDone(state)) throw new Error(JSON.stringify(state));
      return true;
    };
    const timeoutMs = scenario.withinMs ?? actMs;
    await eventually(ended, { what: `the end of "${scenario.name}"`, timeoutMs, intervalMs: 50 });
    await quiet(count);
  };
  await untilDone(scenario.isDone);
  const requests = [...count.requests];
  count.disarm();
  if (scenario.whileDown) {
    await bench.operator().kill();
    await scenario.whileDown.act(place, bench);
    await bench.start();
    await untilDone(scenario.whileDown.isDone);
  }
  const end = await readState(scenario, bench, place);
  await leave(scenario, bench, place);
  return { requests, end };
}

export interface CrashRun {
  /** False where this run had fewer requests than the undisturbed one. */
  readonly struck: boolean;
  /** From the restart until the end state was right. */
  readonly seconds: number;
  /** Why the run failed; undefined where all was right. */
  readonly wrong?: string;
}

/** Kills the operator at the point, starts it again, and compares what comes of it with the undisturbed end. */
export async function runWithCrash(
  run: { readonly scenario: CrashScenario; readonly expected: EndState; readonly point: RequestPoint },
  bench: FaultBench,
  count: RequestCount,
): Promise<CrashRun> {
  const { scenario, expected, point } = run;
  const place = await arrangePlace(scenario, bench, count);
  let struck = false;
  let atCrash: EndState | undefined;
  const crash = async () => {
    struck = true;
    await bench.operator().kill();
  };
  count.arm(point, crash);
  await scenario.act(place, bench);
  await eventually(async () => struck || (await hasEnded(scenario, bench, place, count)) || undefined, {
    what: `request ${point.index} of "${scenario.name}"`,
    timeoutMs: scenario.withinMs ?? actMs,
    intervalMs: 20,
  });
  count.disarm();
  if (struck) atCrash = await readState(scenario, bench, place);
  await bench.operator().kill();
  await scenario.whileDown?.act(place, bench);
  const begun = performance.now();
  await bench.start();
  const read = () => readState(scenario, bench, place);
  const wrong = await compare(expected, read, { count, withinMs: scenario.withinMs ?? recoveryMs });
  const seconds = secondsSince(begun);
  await leave(scenario, bench, place);
  const unsafe = atCrash && !scenario.isSafe(atCrash) ? `at the crash: ${JSON.stringify(atCrash)}` : undefined;
  const reason = unsafe ?? wrong;
  return { struck, seconds, ...(reason === undefined ? {} : { wrong: reason }) };
}

async function arrangePlace(scenario: CrashScenario, bench: FaultBench, count: RequestCount): Promise<Place> {
  const place = await bench.createPlace();
  await scenario.arrange(place, bench);
  await quiet(count);
  return place;
}

async function hasEnded(
  scenario: CrashScenario,
  bench: FaultBench,
  place: Place,
  count: RequestCount,
): Promise<boolean> {
  if (performance.now() - count.lastAt < quietMs * 3) return false;
  return scenario.isDone(await readState(scenario, bench, place));
}

/** Undefined where the state becomes the expected one, and still is when the operator has come to rest. */
async function compare(
  expected: EndState,
  read: () => Promise<EndState>,
  { count, withinMs }: { readonly count: RequestCount; readonly withinMs: number },
): Promise<string | undefined> {
  let last: EndState | undefined;
  try {
    await eventually(
      async () => {
        last = await read();
        return isDeepStrictEqual(last, expected) || undefined;
      },
      { what: "the end state", timeoutMs: withinMs, intervalMs: 50 },
    );
    await quiet(count);
    last = await read();
  } catch {
    // What it was instead says more.
  }
  if (isDeepStrictEqual(last, expected)) return undefined;
  const [wanted, found] = [linesOf(expected), linesOf(last)];
  const only = (lines: readonly string[], others: readonly string[]) => lines.filter((line) => !others.includes(line));
  return `missing ${only(wanted, found).join("; ")} | unexpected ${only(found, wanted).join("; ")}`;
}

/** A line for every leaf, with the way to it. */
function linesOf(value: unknown, path = ""): readonly string[] {
  if (typeof value !== "object" || value === null) return [`${path}: ${JSON.stringify(value)}`];
  return Object.entries(value).flatMap(([name, member]) => linesOf(member, `${path}/${name}`));
}

async function quiet(count: RequestCount): Promise<void> {
  const begun = performance.now();
  while (performance.now() - begun < restMs) {
    const left = quietMs - (performance.now() - count.lastAt);
    if (left <= 0) return;
    await delay(left);
  }
  throw new Error(
    `the operator did not come to rest in ${restMs / 1_000} s; its last requests: ${count.requests.slice(-10).join(", ")}`,
  );
}
