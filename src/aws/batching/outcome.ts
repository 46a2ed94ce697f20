import type { SourceValue, ValueRef } from "../../api/source.ts";
import { AwsError } from "../errors.ts";

/** One ref that is asked, under its key. */
export interface Ask<R extends ValueRef = ValueRef> {
  readonly key: string;
  readonly ref: R;
}

/** What a read of one ref brought. */
export type Outcome =
  | { readonly ok: true; readonly values: readonly SourceValue[]; readonly replicaRegion?: string }
  | { readonly ok: false; readonly error: AwsError };

export type Outcomes = Map<string, Outcome>;

export function good(...values: readonly SourceValue[]): Outcome {
  return { ok: true, values };
}

export function bad(error: AwsError): Outcome {
  return { ok: false, error };
}

/** Every ask with the same failure. */
export function allBad(asks: readonly Ask[], error: AwsError): Outcomes {
  return new Map(asks.map((ask) => [ask.key, bad(error)]));
}

/** The service answered, and of this id it said nothing. Never to be dropped: nobody would hear of the key again. */
export function noAnswer(operation: string, id: string): Outcome {
  return bad(
    new AwsError({
      kind: "invalid",
      code: "NoAnswer",
      operation,
      message: `${operation} answered without a word on ${id}`,
    }),
  );
}

/** What was thrown, as an AwsError: anything else is a mistake of ours and must not stop the others. */
export function asAwsError(thrown: unknown, operation: string): AwsError {
  if (thrown instanceof AwsError) {
    return thrown;
  }
  // The message of a foreign error may quote what it choked on, so it stays in the cause.
  return new AwsError({ kind: "unavailable", code: "InternalError", operation, message: "unexpected", cause: thrown });
}
