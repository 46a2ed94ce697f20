import type { Matcher, RE2JS } from "re2js";
import type { Result } from "../contract.ts";
import { quoteName } from "../name-list.ts";
import { fail, succeed } from "../result.ts";
import { compilePattern } from "./pattern.ts";

/** Rewrites one key. */
export type Rewrite = (key: string) => string;

/**
 * A rewrite: every match of `match` becomes `replace`, in which `$1`, `${1}` and `${name}` are groups and `$$` is a "$".
 * A group that the pattern does not have is refused here, not rewritten to nothing.
 */
export function compileRewrite(
  rewrite: { readonly match: string; readonly replace: string },
  field: string,
): Result<Rewrite> {
  const pattern = compilePattern(rewrite.match, `${field}.match`);
  if (!pattern.ok) return pattern;
  const parts = parseReplacement(rewrite.replace, pattern.value);
  if (typeof parts === "string") return fail("SpecInvalid", `${field}.replace ${parts}`);
  return succeed((key) => replaceAll(key, pattern.value, parts));
}

type Part = { readonly text: string } | { readonly group: number | string };

/** The parts of a replacement, or what is wrong with it. */
function parseReplacement(replace: string, pattern: RE2JS): readonly Part[] | string {
  const known = groupsOf(pattern);
  const parts: Part[] = [];
  let end = 0;
  for (const match of replace.matchAll(/\$(?:(\$)|(\d+)|\{(\w+)\})?/g)) {
    const [whole, dollar, number, name] = match;
    parts.push({ text: replace.slice(end, match.index) });
    end = match.index + whole.length;
    if (dollar !== undefined) {
      parts.push({ text: "$" });
      continue;
    }
    const group = number ?? name;
    if (group === undefined) return `must use "$" as $1, \${1} or \${name}, and write a plain "$" as "$$"`;
    if (!known.has(group)) return `must name a group that match has: it has no group ${quoteName(group)}`;
    parts.push({ group: /^\d+$/.test(group) ? Number(group) : group });
  }
  parts.push({ text: replace.slice(end) });
  return parts;
}

function groupsOf(pattern: RE2JS): ReadonlySet<string> {
  const numbers = Array.from({ length: pattern.groupCount() + 1 }, (_, index) => String(index));
  return new Set([...numbers, ...Object.keys(pattern.namedGroups())]);
}

function replaceAll(key: string, pattern: RE2JS, parts: readonly Part[]): string {
  const matcher = pattern.matcher(key);
  let result = "";
  let end = 0;
  while (matcher.find()) {
    result += key.slice(end, matcher.start()) + expand(parts, matcher);
    end = matcher.end();
  }
  return result + key.slice(end);
}

const expand = (parts: readonly Part[], matcher: Matcher): string =>
  parts.map((part) => ("text" in part ? part.text : (matcher.group(part.group) ?? ""))).join("");
