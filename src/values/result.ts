import type { Failure } from "../api/conditions.ts";
import type { Result } from "./contract.ts";

/** A right value. */
export function succeed<T>(value: T): Result<T> {
  return { ok: true, value };
}

/** A failure whose message names what it is about first, and never holds a value. */
export function fail(reason: Failure["reason"], message: string): { readonly ok: false; readonly failure: Failure } {
  return { ok: false, failure: { reason, message } };
}

/** The same failure, with what it is about in front: `key DB_PASSWORD: …`. */
export function failAt(subject: string, failure: Failure): { readonly ok: false; readonly failure: Failure } {
  return fail(failure.reason, `${subject}: ${failure.message}`);
}
