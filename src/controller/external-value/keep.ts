import type { DataFromItem } from "../../api/model.ts";
import type { Want } from "../../aws/reader.ts";
import { compileKeyRules } from "../../values/keys/key-rules.ts";

/**
 * Which matches of a find are worth holding: those whose key passes include and exclude. The rest is dropped page by
 * page, before anything of it is kept in memory. Shaping filters again, and says what is wrong with a pattern.
 */
export function compileKeep(item: DataFromItem): Pick<Want, "keep" | "keepId"> {
  const { ref, keys, field } = item;
  const isFind = ref.kind === "parametersByPath" || ref.kind === "parametersByTags" || ref.kind === "secretsByFilter";
  const { format, include, exclude } = keys;
  if (!isFind || (include.length === 0 && exclude.length === 0)) return {};
  const rules = compileKeyRules({ field, ref, keys: { ...keys, rewrite: [] } });
  if (!rules.ok) return {};
  return { keep: (name) => rules.value(name) !== undefined, keepId: JSON.stringify([format, include, exclude]) };
}
