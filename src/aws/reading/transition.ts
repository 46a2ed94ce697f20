import type { Outcome } from "../batching/outcome.ts";
import type { Reading } from "../reader.ts";
import type { Entry } from "./entry.ts";

/** What subscribers can tell apart: versions, values that came or went, the kind of failure. */
function faceOf({ good, failure }: Pick<Reading, "good" | "failure">): string {
  const versions = good?.values.map((value) => value.versionKey);
  const trouble = failure === undefined ? undefined : [failure.error.kind, failure.error.code, failure.error.gone];
  return JSON.stringify([versions, good?.replicaRegion, trouble]);
}

/** Whether the entry knows something newer than a request that began then. */
export function isOutdated(entry: Entry, began: number, now: number): boolean {
  const newest = Math.max(entry.good?.at ?? -Infinity, entry.failure?.at ?? -Infinity);
  // Ahead of now: the clock was set back, and what arrives is the newer one.
  return newest > began && newest <= now;
}

/**
 * Takes an outcome in.
 * @returns whether it is news to subscribers.
 */
export function takeIn(entry: Entry, outcome: Outcome, began: number): boolean {
  const before = faceOf(entry);
  if (outcome.ok) {
    entry.good = {
      values: outcome.values,
      at: began,
      ...(outcome.replicaRegion === undefined ? {} : { replicaRegion: outcome.replicaRegion }),
    };
    entry.failure = undefined;
    entry.suspect = false;
  } else {
    const { error } = outcome;
    const last = entry.failure;
    const same = last !== undefined && last.error.kind === error.kind && last.error.gone === error.gone;
    entry.failure = { error, at: began, since: same ? last.since : began };
  }
  return before !== faceOf(entry);
}
