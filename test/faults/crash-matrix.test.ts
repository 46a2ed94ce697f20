import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { runUndisturbed, runWithCrash } from "./support/crash-matrix.ts";
import { crashScenarios } from "./support/crash-scenarios.ts";
import { isFull, spread } from "./support/extent.ts";
import { type FaultBench, startFaultBench } from "./support/fault-bench.ts";
import { recordFault } from "./support/fault-record.ts";
import { countRequests, type RequestCount, type RequestPoint } from "./support/request-count.ts";

// The operator is killed before and after each outgoing request of a scenario, to the API server and to AWS, and started
// again: what stands in the end equals what stands without the crash, and at no crash is a good target missing.

let bench: FaultBench;
let count: RequestCount;
beforeAll(async () => {
  bench = await startFaultBench();
  count = countRequests(bench.api, bench.aws);
}, 120_000);
afterAll(() => bench?.stop());

/** Every index in the full run, two of them in the fast one; once at rest where the scenario needs no request at all. */
function pointsOf(requests: readonly string[]): readonly RequestPoint[] {
  if (requests.length === 0) return [{ index: 0, phase: "before" }];
  const all = requests.flatMap((_, index) => [{ index, phase: "before" } as const, { index, phase: "after" } as const]);
  return isFull ? all : spread(all.slice(1, -1), 2);
}

describe("killed at any request, the operator ends where it would have ended", () => {
  test.each(crashScenarios.map((scenario) => [scenario.name, scenario] as const))(
    "%s",
    async (name, scenario) => {
      const undisturbed = await runUndisturbed(scenario, bench, count);
      const expected = undisturbed.end;
      const failures: string[] = [];
      let slowest = 0;
      let injected = 0;
      for (const point of pointsOf(undisturbed.requests)) {
        const run = await runWithCrash({ scenario, expected, point }, bench, count);
        injected += 1;
        slowest = Math.max(slowest, run.seconds);
        const request = undisturbed.requests[point.index];
        if (run.wrong) failures.push(`killed ${point.phase} request ${point.index} (${request}): ${run.wrong}`);
      }
      expect(failures).toEqual([]);
      recordFault({
        suite: "Crash matrix",
        fault: `SIGKILL before and after each request: ${name}`,
        injected,
        seconds: slowest,
        seen: `${undisturbed.requests.length} requests: ${[...new Set(undisturbed.requests)].join(", ")}`,
      });
    },
    1_200_000,
  );
});
