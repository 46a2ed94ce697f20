import type { Limits } from "../../api/store-model.ts";

/**
 * Requests that AWS counts against one quota, per account and region (aws.md, "Parameter Store rate"): the keys of
 * `limits` in a store; `parameterTags`, whose quota AWS does not publish; and `tokens`, all requests to STS.
 */
export type QuotaClass = keyof Limits | "parameterTags" | "tokens";

/** STS allows 600 a second and account, shared with every pod that uses IRSA: a start with many identities is no excuse. */
const tokensPerSecond = 50;

/** Requests a second of a class under a store's limits. */
export function limitOf(limits: Limits, quota: QuotaClass): number {
  if (quota === "tokens") return tokensPerSecond;
  // ListTagsForResource shares no published quota. A sixth of the reads is cautious, and throttles lower it further.
  return quota === "parameterTags" ? limits.parameterReads / 6 : limits[quota];
}

/** The key of `limits` that says something of the class. */
export function limitKeyOf(quota: QuotaClass): keyof Limits | undefined {
  if (quota === "tokens") return undefined;
  return quota === "parameterTags" ? "parameterReads" : quota;
}
