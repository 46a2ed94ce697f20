/**
 * Errors of AWS, classified by name in a table (aws.md, "Errors"). The kind carries the policy: what is retried, what
 * counts as gone, which condition reason it becomes.
 */

/**
 * - `throttled`: a quota; retried with backoff.
 * - `unavailable`: 5xx, timeout, reset, refused connection; retried with backoff, opens the circuit, fails over.
 * - `credentials`: a step of the credential chain failed; `step` says which.
 * - `expired`: the service rejected the credentials (expired token, unknown key, bad signature): drop them, try once more.
 * - `denied`: authenticated and not authorised.
 * - `notFound`: the service says that the thing is not there. `gone` is set where that may count towards deletion.
 * - `invalid`: the request itself is wrong (a malformed name, a bad key): any other 4xx.
 */
export type AwsErrorKind = "throttled" | "unavailable" | "credentials" | "expired" | "denied" | "notFound" | "invalid";

export interface AwsErrorInit {
  readonly kind: AwsErrorKind;
  /** The error's wire name: `AccessDeniedException`, `TimeoutError`, `ECONNREFUSED`. */
  readonly code: string;
  readonly operation: string;
  /** For people, without values: AWS's own message, cut to 500 characters. */
  readonly message: string;
  /** The same for those who only read through the store, where the message holds what is the store's alone: an external id. */
  readonly messageForReaders?: string;
  /** The service said of this very thing that it does not exist, or is scheduled for deletion (api.md, "Gone"). */
  readonly gone?: boolean;
  /** For `credentials`: which step of the chain, with its ARN, and what the trust policy must allow. */
  readonly step?: string;
  readonly retryAfterMs?: number;
  readonly cause?: unknown;
}

/** The one error that ServiceCalls reject with. */
export class AwsError extends Error {
  override readonly name = "AwsError";
  readonly kind: AwsErrorKind;
  readonly code: string;
  readonly operation: string;
  readonly messageForReaders: string;
  readonly gone: boolean;
  readonly step: string | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(init: AwsErrorInit) {
    super(init.message, { cause: init.cause });
    this.kind = init.kind;
    this.code = init.code;
    this.operation = init.operation;
    this.messageForReaders = init.messageForReaders ?? init.message;
    this.gone = init.gone ?? false;
    this.step = init.step;
    this.retryAfterMs = init.retryAfterMs;
  }
}
