import { withinTime } from "./time-limit.ts";

// An operator may take the 30 s of its grace, and its chart is uninstalled after that.
const longestMs = 50_000;

/**
 * Stops one after the other, each whatever became of those before it: what is left running would keep jest from ending.
 * Rejects in the end with all that went wrong.
 */
export async function stopAll(stops: readonly (() => Promise<void>)[], limitMs = longestMs): Promise<void> {
  const errors: unknown[] = [];
  for (const [index, stop] of stops.entries()) {
    const what = `stopping (${index + 1} of ${stops.length})`;
    await withinTime(stop(), limitMs, what).catch((error: unknown) => errors.push(error));
  }
  if (errors.length > 0) throw new AggregateError(errors, `found at the end: ${errors.map(String).join("; ")}`);
}
