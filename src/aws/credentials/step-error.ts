import { classify } from "../errors/classify.ts";
import { AwsError } from "../errors.ts";

interface FailedStep {
  readonly step: string;
  readonly operation: string;
  readonly remedy?: string;
  readonly remedyForReaders?: string;
}

/**
 * The failure of one step of a credential chain: which step, which ARN, what AWS or the API server said, and what must be
 * so for the step to work.
 *
 * @param step `AssumeRole arn:aws:iam::123456789012:role/reader`
 * @param remedy what to do where the step was refused; undefined where it failed for another reason (an outage)
 * @param remedyForReaders the same without what only the store's own status may tell
 */
export function stepError(
  thrown: unknown,
  { step, operation, remedy, remedyForReaders = remedy }: FailedStep,
): AwsError {
  // A failure of an earlier step names that step.
  if (thrown instanceof AwsError && thrown.kind === "credentials") return thrown;
  const error = classify(thrown, operation);
  const passing = error.kind === "unavailable" || error.kind === "throttled";
  const messageWith = (advice: string | undefined): string =>
    `${step}: ${error.message}${passing || advice === undefined ? "" : `; ${advice}`}`;
  return new AwsError({
    kind: "credentials",
    code: error.code,
    operation,
    step,
    message: messageWith(remedy),
    messageForReaders: messageWith(remedyForReaders),
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
    cause: error,
  });
}

/** A step that failed without a request, or by an answer of the API server. */
export function stepProblem(init: {
  readonly step: string;
  readonly operation: string;
  readonly code: string;
  readonly problem: string;
}): AwsError {
  const { step, operation, code, problem } = init;
  return new AwsError({ kind: "credentials", code, operation, step, message: `${step}: ${problem}` });
}

/** The HTTP status that a rejection of the API server's client carries; 0 or undefined where no answer came. */
export function statusOf(thrown: unknown): number | undefined {
  const status: unknown =
    typeof thrown === "object" && thrown !== null && "status" in thrown ? thrown.status : undefined;
  return typeof status === "number" ? status : undefined;
}
