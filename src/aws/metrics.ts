import type { Priority } from "./calls.ts";
import type { AwsErrorKind } from "./errors.ts";
import type { QuotaClass } from "./limits/quota-class.ts";

/** The SDK's own names of the services, as they stand in the metrics. */
export type AwsService = "ssm" | "secretsmanager" | "sts";

/** One request on the wire: a retry is a request of its own. */
export interface RequestFinished {
  readonly service: AwsService;
  /** `GetParameters`, `AssumeRole`. */
  readonly operation: string;
  readonly region: string;
  /** `ClusterValueStore/aws`; for STS the recipe's base: `serviceAccount`. */
  readonly store: string;
  readonly outcome: "success" | AwsErrorKind;
  /** `OK`, or the wire name of the error: an identifier, never free text. */
  readonly code: string;
  readonly seconds: number;
  /** 1 for the first try. */
  readonly attempt: number;
}

export type CircuitState = "closed" | "open" | "halfOpen";

/**
 * What the reading of AWS tells the metrics. Labels are names and codes: never a value, a key, a token. Every hook is
 * optional, so that a test listens to what it is about.
 */
export interface AwsMetrics {
  requestFinished?(event: RequestFinished): void;
  /** Names or ids in one request that may carry several. */
  batchSent?(event: { readonly operation: string; readonly region: string; readonly items: number }): void;
  /** How long a request waited for the quota; 0 is told too, so that a histogram shows the share that waited. */
  limiterWaited?(event: {
    readonly quota: QuotaClass;
    readonly region: string;
    readonly priority: Priority;
    readonly seconds: number;
  }): void;
  /** The rate that the limiter allows itself now, requests a second: below the limit after throttles. */
  limiterRate?(event: {
    readonly quota: QuotaClass;
    readonly account: string;
    readonly region: string;
    readonly rate: number;
  }): void;
  circuitChanged?(event: {
    readonly service: AwsService;
    readonly region: string;
    readonly endpoint: string;
    readonly state: CircuitState;
  }): void;
  /** One renewal of a recipe's credentials, all its steps together. */
  credentialsRenewed?(event: { readonly source: string; readonly outcome: "success" | "failure" }): void;
}
