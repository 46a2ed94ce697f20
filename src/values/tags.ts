import type { SourceValue } from "../api/source.ts";
import type { Content, Result } from "./contract.ts";
import { listNames, quoteName } from "./name-list.ts";
import { fail, succeed } from "./result.ts";

/** The value of one tag, or with "*" all of them as compact JSON with sorted names. */
export function tagContent(value: SourceValue, tag: string): Result<Content> {
  const tags = new Map(Object.entries(value.tags ?? {}));
  if (tag === "*") return succeed(jsonOf(tags));
  const content = tags.get(tag);
  if (content !== undefined) return succeed(content);
  const has = tags.size === 0 ? "it has no tags" : `it has ${listNames(tags.keys())}`;
  return fail("ValueNotFound", `${value.name} has no tag ${quoteName(tag)}; ${has}`);
}

function jsonOf(tags: ReadonlyMap<string, string>): string {
  const sorted = [...tags].sort(([one], [other]) => (one < other ? -1 : 1));
  // By hand, since an object would put integer-like names first.
  return `{${sorted.map(([name, content]) => `${JSON.stringify(name)}:${JSON.stringify(content)}`).join(",")}}`;
}
