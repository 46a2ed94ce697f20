import type { SourceValue } from "../../api/source.ts";
import type { Outcome } from "../batching/outcome.ts";
import { AwsError } from "../errors.ts";
import type { Reading } from "../reader.ts";
import type { Entry } from "./entry.ts";

// What subscribers can tell apart: versions, values that came or went, the kind of failure.

function isSameGood(a: Reading["good"], b: Reading["good"]): boolean {
  const [before, after] = [a?.values, b?.values];
  const isSameValues =
    before === after ||
    (before?.length === after?.length &&
      before?.every(({ versionKey }, index) => versionKey === after?.[index]?.versionKey) === true);
  return isSameValues && a?.replicaRegion === b?.replicaRegion;
}

function isSameTrouble(a: Reading["failure"], b: Reading["failure"]): boolean {
  return (
    a?.error === b?.error ||
    (a?.error.kind === b?.error.kind && a?.error.code === b?.error.code && a?.error.gone === b?.error.gone)
  );
}

/** Whether the entry knows something newer than a request that began then. */
export function isOutdated(entry: Entry, began: number, now: number): boolean {
  const newest = Math.max(entry.good?.at ?? -Infinity, entry.failure?.at ?? -Infinity);
  // Ahead of now: the clock was set back, and what arrives is the newer one.
  return newest > began && newest <= now;
}

/**
 * A replica may lag, and an old password that comes back is an outage: it answers for what has no good value yet, and
 * for what it has in the same version. Else the primary's outage is all there is to say (api.md, "Failover").
 */
function unlessLagging(outcome: Outcome, good: Entry["good"]): Outcome {
  if (!outcome.ok || outcome.replicaRegion === undefined || good === undefined) {
    return outcome;
  }
  const held = new Set(good.values.map(({ versionKey }) => versionKey));
  if (outcome.values.every(({ versionKey }) => held.has(versionKey))) {
    return outcome;
  }
  return {
    ok: false,
    error: new AwsError({
      kind: "unavailable",
      code: "ReplicaDiffers",
      operation: "GetSecretValue",
      message: `the primary region is down, and its replica in ${outcome.replicaRegion} holds another version`,
    }),
  };
}

/**
 * The values that are held already, where what came is the same: a poll of everything would otherwise make all that is
 * held anew each time, and the collector's work is most of what a poll costs.
 */
function unlessSame(values: readonly SourceValue[], good: Entry["good"]): readonly SourceValue[] {
  const held = good?.values ?? [];
  const isSame = (value: SourceValue, index: number): boolean => {
    const other = held[index];
    return (
      other?.versionKey === value.versionKey &&
      (other.content !== undefined || value.content === undefined) &&
      other.tags === undefined &&
      value.tags === undefined
    );
  };
  return held.length === values.length && values.every(isSame) ? held : values;
}

/**
 * Takes an outcome in.
 * @returns whether it is news to subscribers.
 */
export function takeIn(entry: Entry, answer: Outcome, began: number): boolean {
  const { good, failure } = entry;
  const outcome = unlessLagging(answer, entry.good);
  if (outcome.ok) {
    entry.good = {
      values: unlessSame(outcome.values, entry.good),
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
  return !isSameGood(good, entry.good) || !isSameTrouble(failure, entry.failure);
}
