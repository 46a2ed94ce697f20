import type { Row } from "../reading/report.ts";
import { type MetricsPage, scrape } from "./metrics-page.ts";
import { cpuSeconds, mainThreadCpuSeconds, memoryOf } from "./process-tree.ts";
import type { Life, Stage } from "./stage.ts";

/** Adds a floor and a limit to a figure. */
export interface Bounds {
  readonly floor?: number;
  readonly limit?: number;
}

export function row(
  scenario: string,
  measure: string,
  [value, unit]: readonly [number, string],
  bounds: Bounds = {},
): Row {
  return { scenario, measure, value, unit, ...bounds };
}

/** The operator's metrics now; undefined where it has none. Scraping starts its record of event-loop lag anew. */
export async function metricsOf(stage: Stage): Promise<MetricsPage | undefined> {
  return stage.command.metricsUrl === undefined ? undefined : await scrape(stage.command.metricsUrl);
}

/** The longest time that the event loop was held up since the last scrape, in milliseconds, as a row; none without metrics. */
export function longestBlock(scenario: string, page: MetricsPage | undefined, bounds: Bounds = {}): readonly Row[] {
  const seconds = page?.sum("nodejs_eventloop_lag_max_seconds");
  return seconds === undefined ? [] : [row(scenario, "longest event-loop block", [seconds * 1000, "ms"], bounds)];
}

export const cpuOf = ({ process }: Life): number => cpuSeconds(process.pid);
export const mainThreadCpuOf = ({ process }: Life): number => mainThreadCpuSeconds(process.pid);
export const ramOf = ({ process }: Life) => memoryOf(process.pid);

/** AWS calls since the last reset, by whatever operation. */
export async function awsCalls({ fake }: Stage): Promise<number> {
  const { calls } = await fake.counts();
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}

/** Under a quota: how many of the calls since the last reset AWS refused, at most one in a hundred. */
export async function throttledRow(scenario: string, { fake, quota }: Stage, calls: number): Promise<readonly Row[]> {
  if (quota === undefined) return [];
  const { errors } = await fake.counts();
  const throttled = Object.entries(errors).filter(([name]) => name.endsWith("ThrottlingException"));
  const sum = throttled.reduce((sum, [, count]) => sum + count, 0);
  return [row(scenario, "calls that AWS throttled", [sum, "calls"], { limit: calls / 100 })];
}
