import type { QuotaClass } from "./limits/quota-class.ts";

/**
 * The requests that the reading plane makes, one function each, for one identity in one region. Behind this interface
 * stand the SDK clients, the credentials, the limiter, the circuit and the request metrics; before it stand sharing,
 * batching, matching and memory. Every function rejects with an AwsError and nothing else.
 */

/** `interactive`: a new or edited resource waits for it. `refresh`: a poll. Interactive calls overtake refreshes. */
export type Priority = "interactive" | "refresh";

/** The right to make one request of a quota, had before it is settled what the request carries. */
export interface Permit {
  /** Takes it. Returns the milliseconds that it was waited for; undefined: of another quota, or used already. */
  use(quota: QuotaClass): number | undefined;
  /** To be called when the request is over: what was not used goes to the next in line. */
  giveBack(): void;
}

export interface CallOptions {
  readonly priority: Priority;
  readonly signal?: AbortSignal;
  /** From `admit`: the first request of the permit's quota does not stand in line again. */
  readonly permit?: Permit;
  /** Whose call it is, for metrics only: `ClusterValueStore/aws`, or of several that share a reader, the first. */
  readonly store: string;
}

export interface ParameterAnswer {
  /** Bare name; for a shared parameter its ARN. */
  readonly name: string;
  /** As the service sent it, with its colon where it sends one; undefined where it sends none. */
  readonly selector?: string;
  readonly arn: string;
  readonly type: "String" | "StringList" | "SecureString";
  readonly value: string;
  readonly version: number;
  /** Milliseconds since the epoch; undefined where not sent. */
  readonly lastModified?: number;
}

export interface SecretAnswer {
  readonly arn: string;
  readonly name: string;
  readonly versionId: string;
  readonly versionStages: readonly string[];
  readonly content: string | Uint8Array;
}

export interface SecretItemError {
  /** As asked, or undefined where the service leaves it out. */
  readonly secretId?: string;
  readonly code: string;
  readonly message: string;
}

export interface SecretDescription {
  readonly arn: string;
  readonly name: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Set: scheduled for deletion. */
  readonly deletedDate?: number;
  readonly versionIdsToStages: Readonly<Record<string, readonly string[]>>;
}

export interface SecretFilter {
  readonly key: "name" | "tag-key" | "tag-value" | "all" | "description" | "primary-region" | "owning-service";
  readonly values: readonly string[];
}

export interface ParameterFilter {
  /** `Name`, `Path`, `Type` or `tag:<key>`. */
  readonly key: string;
  readonly option?: "Equals" | "BeginsWith" | "Recursive" | "OneLevel";
  readonly values: readonly string[];
}

export interface Page<T> {
  readonly items: readonly T[];
  /** An empty page may carry one. */
  readonly nextToken?: string;
}

export interface ServiceCalls {
  /**
   * Stands in line for one batch, which may be filled meanwhile. Never rejects: undefined where no permit can be had,
   * and the request itself says why.
   */
  admit(
    operation: "getParameters" | "batchGetSecretValue",
    options: Pick<CallOptions, "priority" | "store">,
  ): Promise<Permit | undefined>;
  /** GetParameters, WithDecryption; 1 to 10 names, each may end in `:version` or `:label`. */
  getParameters(
    names: readonly string[],
    options: CallOptions,
  ): Promise<{ readonly found: readonly ParameterAnswer[]; readonly invalid: readonly string[] }>;
  /** GetParametersByPath, WithDecryption, 10 a page. */
  getParametersByPath(
    page: { readonly path: string; readonly recursive: boolean; readonly nextToken?: string },
    options: CallOptions,
  ): Promise<Page<ParameterAnswer>>;
  /** DescribeParameters, 50 a page: names only. */
  describeParameters(
    page: { readonly filters: readonly ParameterFilter[]; readonly shared?: boolean; readonly nextToken?: string },
    options: CallOptions,
  ): Promise<Page<{ readonly name: string; readonly arn?: string }>>;
  /** ssm:ListTagsForResource. */
  listParameterTags(name: string, options: CallOptions): Promise<Readonly<Record<string, string>>>;
  /** BatchGetSecretValue by ids, at most 20: AWSCURRENT of each. */
  batchGetSecretValue(
    secretIds: readonly string[],
    options: CallOptions,
  ): Promise<{ readonly found: readonly SecretAnswer[]; readonly errors: readonly SecretItemError[] }>;
  /** GetSecretValue. */
  getSecretValue(
    request: { readonly secretId: string; readonly versionId?: string; readonly versionStage?: string },
    options: CallOptions,
  ): Promise<SecretAnswer>;
  /** ListSecrets, 100 a page, without what is scheduled for deletion. */
  listSecrets(
    page: { readonly filters: readonly SecretFilter[]; readonly nextToken?: string },
    options: CallOptions,
  ): Promise<Page<{ readonly arn: string; readonly name: string; readonly tags: Readonly<Record<string, string>> }>>;
  /** DescribeSecret: versions, stages and tags without the value. */
  describeSecret(secretId: string, options: CallOptions): Promise<SecretDescription>;
  /** Frees sockets and timers. */
  close(): void;
}
