import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type CrashScenario, runUndisturbed, runWithCrash, type UndisturbedRun } from "./crash-matrix.ts";
import { isFull, spread } from "./extent.ts";
import { type FaultBench, type FaultBenchOptions, startFaultBench } from "./fault-bench.ts";
import { recordFault } from "./fault-record.ts";
import { countRequests, type RequestCount, type RequestPoint } from "./request-count.ts";

export interface CrashRows {
  readonly scenarios: readonly CrashScenario[];
  readonly bench?: FaultBenchOptions;
  /** Crashes of a scenario in the fast run. */
  readonly fastPoints: number;
}

/** Declares the tests of the scenarios: one of them a row, with an operator of their own. */
export function describeCrashes({ scenarios, bench: options, fastPoints }: CrashRows): void {
  let bench: FaultBench;
  let count: RequestCount;
  beforeAll(async () => {
    bench = await startFaultBench(options);
    count = countRequests(bench.api, bench.aws);
  }, 120_000);
  afterAll(() => bench?.stop());

  describe("killed at any request, the operator ends where it would have ended", () => {
    test.each(scenarios.map((scenario) => [scenario.name, scenario] as const))(
      "%s",
      async (name, scenario) => {
        const undisturbed = await runUndisturbed(scenario, bench, count);
        const points = pointsOf(undisturbed.requests, isFull ? undefined : fastPoints);
        const crashed = await crashAtEach(points, { scenario, undisturbed }, bench, count);
        expect(crashed.failures).toEqual([]);
        recordFault({
          suite: "Crash matrix",
          fault: `SIGKILL before and after each request: ${name}`,
          injected: points.length,
          seconds: crashed.slowest,
          seen: `${undisturbed.requests.length} requests: ${[...new Set(undisturbed.requests)].join(", ")}`,
        });
      },
      1_200_000,
    );
  });
}

async function crashAtEach(
  points: readonly RequestPoint[],
  { scenario, undisturbed }: { readonly scenario: CrashScenario; readonly undisturbed: UndisturbedRun },
  bench: FaultBench,
  count: RequestCount,
): Promise<{ readonly failures: readonly string[]; readonly slowest: number }> {
  const failures: string[] = [];
  let slowest = 0;
  for (const point of points) {
    const run = await runWithCrash({ scenario, expected: undisturbed.end, point }, bench, count);
    slowest = Math.max(slowest, run.seconds);
    const request = undisturbed.requests[point.index];
    if (run.wrong) failures.push(`killed ${point.phase} request ${point.index} (${request}): ${run.wrong}`);
  }
  return { failures, slowest };
}

/** Before and after every request, or so many of them; once at rest where the scenario needs no request at all. */
function pointsOf(requests: readonly string[], most = Number.POSITIVE_INFINITY): readonly RequestPoint[] {
  if (requests.length === 0) return [{ index: 0, phase: "before" }];
  if (most === 1) return [{ index: firstWrite(requests), phase: "after" }];
  const all = requests.flatMap((_, index) => [{ index, phase: "before" } as const, { index, phase: "after" } as const]);
  return most < all.length ? spread(all.slice(1, -1), most) : all;
}

/** When the work is half done. */
function firstWrite(requests: readonly string[]): number {
  return Math.max(
    0,
    requests.findIndex((request) => /^(create|update|patch|delete) (?!events)/.test(request)),
  );
}
