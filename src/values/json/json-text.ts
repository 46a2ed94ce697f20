import { textOf } from "../content.ts";
import type { Content, Result } from "../contract.ts";
import { fail, succeed } from "../result.ts";

/** JSON text that is known to parse. The reason never quotes the text: JSON.parse's own message would. */
export function jsonTextOf(content: Content): Result<string> {
  const text = textOf(content);
  if (text === undefined) return fail("ValueInvalid", "the value is not JSON, since it is not UTF-8 text");
  // Some editors and consoles save a byte order mark, which JSON does not allow.
  const json = text.startsWith("\uFEFF") ? text.slice(1) : text;
  try {
    JSON.parse(json);
    return succeed(json);
  } catch {
    return fail("ValueInvalid", `the value is not valid JSON${hintFor(json)}`);
  }
}

function hintFor(text: string): string {
  const start = text.trimStart();
  if (start === "") return "; it is empty";
  if (start.startsWith("{") || start.startsWith("[")) return "; check quotes, commas and brackets";
  return "; it starts as plain text, so leave jsonKey and jmesPath out to take it whole";
}
