import { type Entry, pinLastsMs } from "../reading/entry.ts";

/**
 * The shortest interval that a subscriber asks for, in milliseconds; of a pin that has been read, a day. Undefined:
 * nobody wants it polled.
 */
export function pollIntervalOf(entry: Entry): number | undefined {
  let shortest = Infinity;
  for (const intervalMs of entry.intervals.keys()) {
    shortest = Math.min(shortest, intervalMs);
  }
  if (shortest === Infinity) {
    return undefined;
  }
  return entry.pinned && entry.good !== undefined && entry.failure === undefined
    ? Math.max(pinLastsMs, shortest)
    : shortest;
}
