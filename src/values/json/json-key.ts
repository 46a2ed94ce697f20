import type { Result } from "../contract.ts";
import { listNames, quoteName } from "../name-list.ts";
import { fail, succeed } from "../result.ts";
import { elementsOf, membersOf } from "./members.ts";

/**
 * The value, in source form, that a jsonKey names: one literal key of the top-level object, or with a leading "/" a JSON
 * Pointer (RFC 6901). Only for text that JSON.parse has accepted.
 */
export function findJsonKey(json: string, jsonKey: string): Result<string> {
  if (!jsonKey.startsWith("/")) return member(json, jsonKey, `jsonKey ${quoteName(jsonKey)}`);
  let source = json;
  let walked = "";
  for (const token of jsonKey.slice(1).split("/")) {
    walked += `/${token}`;
    if (/~(?![01])/.test(token)) {
      return fail(
        "SpecInvalid",
        `jsonKey ${quoteName(jsonKey)} must be a JSON Pointer, where "~" is written "~0" and "/" "~1"`,
      );
    }
    const found = step(source, token.replaceAll("~1", "/").replaceAll("~0", "~"), `jsonKey ${quoteName(walked)}`);
    if (!found.ok) return found;
    source = found.value;
  }
  return succeed(source);
}

function step(source: string, token: string, subject: string): Result<string> {
  const elements = elementsOf(source);
  if (elements === undefined) return member(source, token, subject);
  const element = /^(0|[1-9]\d{0,9})$/.test(token) ? elements[Number(token)] : undefined;
  if (element !== undefined) return succeed(element);
  return fail("ValueNotFound", `${subject} names no element of an array of ${elements.length}`);
}

function member(source: string, name: string, subject: string): Result<string> {
  const members = membersOf(source);
  if (members === undefined)
    return fail("ValueInvalid", `${subject} needs a JSON object to look into, and there is none`);
  const found = members.filter((candidate) => candidate.name === name);
  const [first] = found;
  if (first === undefined)
    return fail("ValueNotFound", `${subject} is not there; ${offer(members.map((m) => m.name))}`);
  if (found.length > 1)
    return fail("ValueInvalid", `${subject} stands ${found.length} times in the JSON object; keep one`);
  return succeed(first.source);
}

/** Names of keys help with a typing mistake, and are no values. */
function offer(names: readonly string[]): string {
  return names.length === 0 ? "the JSON object is empty" : `the JSON object has ${listNames(names)}`;
}
