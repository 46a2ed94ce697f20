import type { Place } from "./arns.ts";

/**
 * Requests per second of each class; a class left out is not limited. Quotas belong to an account and region, and so do
 * the buckets, which hold one second's worth.
 */
export type Quotas = Readonly<Partial<Record<QuotaClass, number>>>;

export type QuotaClass =
  | "parameterReads"
  | "parameterDescribes"
  | "secretBatches"
  | "secretReads"
  | "secretDescribes"
  | "secretLists"
  | "sts";

/** Which operations share a quota (AWS General Reference, endpoints and quotas of each service). */
export const quotaClasses: Readonly<Record<string, QuotaClass>> = {
  GetParameter: "parameterReads",
  GetParameters: "parameterReads",
  GetParametersByPath: "parameterReads",
  DescribeParameters: "parameterDescribes",
  BatchGetSecretValue: "secretBatches",
  GetSecretValue: "secretReads",
  DescribeSecret: "secretDescribes",
  ListSecrets: "secretLists",
  GetCallerIdentity: "sts",
  AssumeRole: "sts",
  AssumeRoleWithWebIdentity: "sts",
};

/** AWS's defaults. */
export const defaultQuotas: Quotas = {
  parameterReads: 40,
  parameterDescribes: 3,
  secretBatches: 100,
  secretReads: 10_000,
  secretDescribes: 40_000,
  secretLists: 100,
  sts: 600,
};

interface Bucket {
  tokens: number;
  filledAt: number;
}

export interface QuotaKeeper {
  quotas: Quotas;
  /** Takes a token; false: throttled. */
  admit(operation: string, place: Place): boolean;
  /** Full buckets again. */
  refill(): void;
}

export function createQuotaKeeper(quotas: Quotas, now: () => number): QuotaKeeper {
  const buckets = new Map<string, Bucket>();
  const keeper: QuotaKeeper = {
    quotas,
    admit(operation, place) {
      const quotaClass = quotaClasses[operation];
      const rate = quotaClass && keeper.quotas[quotaClass];
      if (rate === undefined) {
        return true;
      }
      const key = `${place.account} ${place.region} ${quotaClass}`;
      const bucket = buckets.get(key) ?? { tokens: rate, filledAt: now() };
      bucket.tokens = Math.min(rate, bucket.tokens + ((now() - bucket.filledAt) / 1000) * rate);
      bucket.filledAt = now();
      buckets.set(key, bucket);
      if (bucket.tokens < 1) {
        return false;
      }
      bucket.tokens -= 1;
      return true;
    },
    refill: () => buckets.clear(),
  };
  return keeper;
}
