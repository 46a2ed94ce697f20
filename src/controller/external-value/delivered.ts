import type { DataFromItem } from "../../api/model.ts";
import { sourceLabel } from "../../values/source-label.ts";
import { itemId } from "./item-id.ts";
import { describeRef } from "./read-error.ts";
import type { Item } from "./select.ts";
import { isLetGo, type ValueRow } from "./status-model.ts";

/**
 * What the status tells of an item's value so far.
 *
 * - `never`: nothing; that the key was once read from elsewhere, before an edit of the spec, is no evidence of this value.
 * - `elsewhere`: it was delivered under another identity or region, so that its absence here proves nothing.
 * - `here`: it was delivered under this very identity and region.
 * - `letGo`: it was gone there for certain, and its key was let go.
 */
export type Delivered = "never" | "elsewhere" | "here" | "letGo";

export function deliveredBefore(rows: readonly ValueRow[], item: Item, origin: string): Delivered {
  const delivered = rows.filter((row) => row.version !== undefined && isRowOf(row, item));
  if (delivered.length === 0) return "never";
  const here = delivered.filter((row) => row.origin === origin);
  if (here.length === 0) return "elsewhere";
  return here.every(isLetGo) ? "letGo" : "here";
}

/** The keys of an item that were delivered before and not let go since, whatever it comes to now. */
export function deliveredKeys(rows: readonly ValueRow[], item: Item): ReadonlySet<string> {
  const id = "key" in item ? undefined : itemId(item);
  const isIts = (row: ValueRow): boolean => (id === undefined ? isRowOf(row, item) : row.item === id);
  return new Set(rows.flatMap((row) => (row.version !== undefined && !isLetGo(row) && isIts(row) ? [row.key] : [])));
}

/** Whether a row speaks of the value that the item asks for now; the key alone does not tell. */
export function isRowOf(row: ValueRow, item: Item): boolean {
  if (!("key" in item)) return isRowOfFrom(row, item);
  // First what costs nothing: it is asked of each row for each item.
  if (row.key !== item.key) return false;
  return isCutOf(row.source, describeRef(item.ref)) || isCutOf(row.source, sourceLabel(item.ref, item.extract));
}

function isRowOfFrom(row: ValueRow, item: DataFromItem): boolean {
  const { ref } = item;
  if (isCutOf(row.source, describeRef(ref))) return row.key === item.field;
  const isSingle = ref.kind === "parameter" || ref.kind === "secret";
  if (!isSingle) return false;
  const label = sourceLabel(ref, { kind: "whole" });
  return (
    row.item === itemId(item) ||
    row.source.startsWith(`${label}#`) ||
    (row.key === item.field && isCutOf(row.source, label))
  );
}

/** Long texts are cut before they go into a status. */
function isCutOf(shown: string, whole: string): boolean {
  return shown === whole || (shown.endsWith("…") && whole.startsWith(shown.slice(0, -1)));
}
