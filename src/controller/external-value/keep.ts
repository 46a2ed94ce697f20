import { RE2JS } from "re2js";
import type { DataFromItem } from "../../api/model.ts";

/**
 * Which matches of a find may be dropped page by page, before anything is kept in memory: those that no include pattern
 * can match. Patterns speak of keys as formatted, and the format needs the whole item, so only what is refused whatever
 * the format is dropped here; shaping filters exactly.
 */
export function compileKeep(item: DataFromItem): ((name: string) => boolean) | undefined {
  if (item.keys.include.length === 0 || item.keys.format !== "Full") return undefined;
  const patterns = item.keys.include.map((pattern) => RE2JS.compile(pattern));
  return (name) => patterns.some((pattern) => pattern.matcher(name).find());
}
