import type { Limits } from "../../api/store-model.ts";

/**
 * Requests that AWS counts against one quota, per account and region (aws.md, "Parameter Store rate"): the keys of
 * `limits` in a store, and the reading of a parameter's tags, whose quota AWS does not publish.
 */
export type QuotaClass = keyof Limits | "parameterTags";

/** Requests a second of a class under a store's limits. */
export function limitOf(limits: Limits, quota: QuotaClass): number {
  // ListTagsForResource shares no published quota. A sixth of the reads is cautious, and the limiter finds the rest.
  return quota === "parameterTags" ? limits.parameterReads / 6 : limits[quota];
}
