import type { Result } from "../contract.ts";
import { fail, succeed } from "../result.ts";
import { compactJson } from "./scan.ts";

/** What a key holds of a JSON value: `fromString` says whether a decoding may apply. */
export interface JsonContent {
  readonly text: string;
  readonly fromString: boolean;
}

/**
 * The content that a JSON value (in source form) gives: strings raw, numbers with the digits of the source, booleans as
 * `true` and `false`, objects and arrays as compact JSON. null is refused: neither "null" nor an empty text is what an
 * application expects there, and either would stand in the target without anybody noticing.
 */
export function contentOfJson(source: string): Result<JsonContent> {
  if (source.startsWith('"')) return succeed({ text: String(JSON.parse(source)), fromString: true });
  if (source === "null") return fail("ValueInvalid", "the JSON has null there; give it a value or leave it out");
  return succeed({ text: compactJson(source).trimEnd(), fromString: false });
}
