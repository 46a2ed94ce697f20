import { ApiError, WatchBroken } from "./client.ts";

/** How to go on after a list or a watch has failed. */
export interface Recovery {
  /** Whether the resourceVersion still stands, or everything has to be listed again. */
  readonly from: "resume" | "relist";
  /** For the log: never a message of the server about the content of objects. */
  readonly reason: string;
  /** What the server asked to wait, in milliseconds. */
  readonly retryAfterMs: number;
}

// Beyond this a Retry-After is a mistake or malice: the watch would be blind for too long.
const longestRetryAfterMs = 60_000;

/** Refusals that say nothing about our resourceVersion: overload, faults, somebody between us and the server. */
const passing: ReadonlySet<number> = new Set([0, 401, 403, 408, 429, 500, 502, 503, 504]);

export function recoveryFrom(error: unknown): Recovery {
  if (error instanceof WatchBroken) {
    return { from: error.how === "garbled" ? "relist" : "resume", reason: `watch ${error.how}`, retryAfterMs: 0 };
  }
  if (!(error instanceof ApiError)) return { from: "relist", reason: "internal error", retryAfterMs: 0 };
  const retryAfterMs = Math.min(error.retryAfterMs ?? 0, longestRetryAfterMs);
  const from = passing.has(error.status) && !isFromTheFuture(error) ? "resume" : "relist";
  return { from, reason: `${error.status} ${error.reason}`, retryAfterMs };
}

/** The server's state is older than what we have seen, e.g. after etcd was restored from a backup (504, Timeout). */
function isFromTheFuture(error: ApiError): boolean {
  return error.causes.some(({ reason }) => reason === "ResourceVersionTooLarge");
}
