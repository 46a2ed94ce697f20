import type { DataFromItem } from "../../api/model.ts";
import type { Result } from "../contract.ts";
import { succeed } from "../result.ts";
import { formatKey } from "./format-key.ts";
import { compilePatterns } from "./pattern.ts";
import { compileRewrite, type Rewrite } from "./rewrite.ts";

/**
 * AWS names have at most 2,048 characters. Longer ones, from JSON or from a rewrite that doubles, go no further: they
 * cannot be keys, and patterns on them would cost time.
 */
const longestName = 2048;

/** The key that a name becomes; undefined where include or exclude leave it out. */
export type KeyMaker = (name: string) => string | undefined;

/**
 * Compiles the `keys` of a `dataFrom` item: format, then include and exclude on the key as formatted, then every rewrite
 * in turn. SpecInvalid names the field of a pattern that is none.
 */
export function compileKeyRules(item: Pick<DataFromItem, "field" | "ref" | "keys">): Result<KeyMaker> {
  const field = `${item.field}.keys`;
  const include = compilePatterns(item.keys.include, `${field}.include`);
  if (!include.ok) return include;
  const exclude = compilePatterns(item.keys.exclude, `${field}.exclude`);
  if (!exclude.ok) return exclude;
  const rewrites: Rewrite[] = [];
  for (const [index, rewrite] of item.keys.rewrite.entries()) {
    const compiled = compileRewrite(rewrite, `${field}.rewrite[${index}]`);
    if (!compiled.ok) return compiled;
    rewrites.push(compiled.value);
  }
  return succeed((name) => {
    const key = formatKey(name, item, item.keys.format);
    if (key.length > longestName) return key;
    if (include.value.length > 0 && !include.value.some((pattern) => pattern.matcher(key).find())) return undefined;
    if (exclude.value.some((pattern) => pattern.matcher(key).find())) return undefined;
    return rewrites.reduce(
      (rewritten, rewrite) => (rewritten.length > longestName ? rewritten : rewrite(rewritten)),
      key,
    );
  });
}
