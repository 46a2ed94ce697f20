import type { Failure } from "../conditions.ts";
import type { Finding } from "../schema/check-value.ts";

/** What parsing at the border gives: a model to rely on, or everything that is wrong. */
export type ParseResult<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: Failure; readonly findings: readonly Finding[] };

const mostNamed = 5;

/** One SpecInvalid of all findings: each a sentence, at most five of them, then a count. */
export function refuse(findings: readonly Finding[]): ParseResult<never> {
  const sentences = findings.slice(0, mostNamed).map(({ field, message }) => `${field} ${message}`);
  const more = findings.length - mostNamed;
  const message = [...sentences, ...(more > 0 ? [`and ${more} more`] : [])].join("; ");
  return { ok: false, failure: { reason: "SpecInvalid", message }, findings };
}
