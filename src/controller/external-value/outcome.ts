import type { Failure } from "../../api/conditions.ts";
import type { SourceValue } from "../../api/source.ts";
import type { Reading } from "../../aws/reader.ts";
import type { Delivered } from "./delivered.ts";
import { describeReadError } from "./read-error.ts";

/** What reading one item came to. */
export type Outcome =
  | {
      readonly kind: "value";
      readonly values: readonly SourceValue[];
      /** When it was read (clock milliseconds). */
      readonly at: number;
      /** Set where the value could not be refreshed for longer than promised, or comes from a replica. */
      readonly degraded?: Failure;
      /** It cannot be refreshed at present, and is as fresh as promised until then (clock milliseconds). */
      readonly freshUntil?: number;
    }
  /** The service says that it is not there. */
  | {
      readonly kind: "missing";
      readonly failure: Failure;
      readonly gone: Gone;
      /** With `once`: when it may be confirmed (clock milliseconds). */
      readonly lookAgainAt?: number;
    }
  /** Denied, malformed, refused by the store: the user must act. */
  | {
      readonly kind: "unreadable";
      readonly failure: Failure;
      /** A find that matched nothing, and when (clock milliseconds). */
      readonly emptyAt?: number;
    }
  /** Throttled, unreachable, no credentials: nobody need act yet. */
  | {
      readonly kind: "waiting";
      readonly failure: Failure;
      readonly freshUntil: number;
      readonly promiseBroken: boolean;
    };

/**
 * - `never`: it was not delivered before, as far as the status tells.
 * - `unproven`: it was delivered before, and what is said now does not prove that it is gone: it was delivered under
 *   another identity or region, or only a version, a stage or a label of it is missing.
 * - `once`: it was delivered before; said to be gone, not yet for a second time.
 * - `confirmed`: said so again at a second read at least 60 s later (api.md, "Gone").
 */
export type Gone = "never" | "unproven" | "once" | "confirmed";

export interface OutcomeContext {
  /** `key DB_PASSWORD` or `spec.dataFrom[0]`, the subject of messages. */
  readonly subject: string;
  readonly region: string;
  /** Clock milliseconds. */
  readonly now: number;
  /** Until when a value read at a time is as fresh as promised; undefined: no promise (OnChange, Once). */
  readonly promiseMs?: number;
  /** When this process began: without any read since, the promise counts from there. */
  readonly startedAt: number;
  /** What the status says of it. */
  readonly delivered: Delivered;
  /** Milliseconds from a first look to the second one. */
  readonly secondLookMs: number;
}

/** interval × 1.1 + 5 s (api.md, "Freshness"). */
export function freshnessPromise(intervalMs: number): number {
  return intervalMs * 1.1 + 5_000;
}

/** Classifies one reading. Pure. */
export function outcomeOf(reading: Reading, context: OutcomeContext): Outcome {
  const { good, failure } = reading;
  if (!failure) {
    if (good) return { kind: "value", values: good.values, at: good.at, ...replicaNote(good.replicaRegion, context) };
    throw new Error("a reading without an answer and without a failure");
  }
  const described = describeReadError(reading.ref, failure.error, context);
  if (isWaiting(described)) return waitingOutcome(reading, described, context);
  if (failure.error.kind !== "notFound") return { kind: "unreadable", failure: described };
  const gone = goneOf(failure, good === undefined ? context.delivered : "here", context.secondLookMs);
  const look = gone === "once" ? { lookAgainAt: failure.since + context.secondLookMs } : {};
  return { kind: "missing", failure: described, gone, ...look };
}

function goneOf(failure: NonNullable<Reading["failure"]>, delivered: Delivered, secondLookMs: number): Gone {
  if (delivered === "never") return "never";
  if (delivered === "letGo" && failure.error.gone) return "confirmed";
  return delivered === "here" && failure.error.gone ? lookOf(failure, secondLookMs) : "unproven";
}

function waitingOutcome(reading: Reading, failure: Failure, context: OutcomeContext): Outcome {
  const freshUntil = (reading.good?.at ?? context.startedAt) + (context.promiseMs ?? Number.POSITIVE_INFINITY);
  const promiseBroken = context.now > freshUntil;
  const readable = reading.good?.values.every((value) => value.content !== undefined || value.tags !== undefined);
  if (reading.good && readable) {
    const { values, at } = reading.good;
    return { kind: "value", values, at, freshUntil, ...(promiseBroken ? { degraded: failure } : {}) };
  }
  return { kind: "waiting", failure, freshUntil, promiseBroken };
}

function isWaiting(failure: Failure): boolean {
  return (
    failure.reason === "Throttled" || failure.reason === "AwsUnavailable" || failure.reason === "CredentialsFailed"
  );
}

function lookOf(failure: { readonly at: number; readonly since: number }, secondLookMs: number): Gone {
  return failure.at - failure.since >= secondLookMs ? "confirmed" : "once";
}

function replicaNote(replicaRegion: string | undefined, context: OutcomeContext): { degraded?: Failure } {
  if (replicaRegion === undefined) return {};
  const message = `${context.subject} was read from the replica in ${replicaRegion}, since ${context.region} does not answer; a replica may lag`;
  return { degraded: { reason: "AwsUnavailable", message } };
}
