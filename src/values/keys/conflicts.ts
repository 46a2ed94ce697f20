import type { DataFromItem } from "../../api/model.ts";
import type { Result, ShapedKey } from "../contract.ts";
import { fail, succeed } from "../result.ts";

/** One key per name and route: with Last the last one of equal names, with Fail a KeyConflict that names both sources. */
export function resolveConflicts(
  keys: readonly ShapedKey[],
  onConflict: DataFromItem["keys"]["onConflict"],
): Result<readonly ShapedKey[]> {
  const byName = new Map<string, ShapedKey>();
  for (const key of keys) {
    const name = `${key.to}:${key.key}`;
    const other = byName.get(name);
    if (other !== undefined && onConflict === "Fail") return conflict(other, key);
    // Deleted first, so that the order is that of the keys that are left.
    byName.delete(name);
    byName.set(name, key);
  }
  return succeed([...byName.values()]);
}

/** The refusal of two keys of one name. */
export function conflict(one: ShapedKey, other: ShapedKey): ReturnType<typeof fail> {
  const [first, second] = [one, other].map(({ source, field }) => (source === "" ? field : source)).sort();
  return fail(
    "KeyConflict",
    `key ${one.key} comes from ${first} and from ${second}; rename one with keys.rewrite, leave one out, ` +
      "or let the last one win with keys.onConflict: Last",
  );
}
