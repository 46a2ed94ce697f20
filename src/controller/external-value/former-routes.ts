import type { DataFromItem } from "../../api/model.ts";
import { itemId } from "./item-id.ts";
import type { Item } from "./select.ts";
import { isLetGo, type ValueRow } from "./status-model.ts";

const routes: readonly DataFromItem["to"][] = ["Secret", "ConfigMap", "Template", "ByType"];

/** The rows of what a `dataFrom` item brought while its `to` was another. */
export type FormerRows = (item: DataFromItem) => readonly ValueRow[];

const nothing: FormerRows = () => [];

/**
 * A `dataFrom` item that is routed elsewhere brings the same keys as before: what the status tells of them is evidence of
 * what stands in the target that they leave, and of what was there before. A row whose item is still in the spec is that
 * item's. Pure.
 */
export function formerRoutes(items: readonly Item[], rows: readonly ValueRow[]): FormerRows {
  const present = new Set(items.flatMap((item) => ("key" in item ? [] : [itemId(item)])));
  if (present.size === 0) return nothing;
  const left = rows.filter(
    (row) => row.item !== undefined && !present.has(row.item) && row.version !== undefined && !isLetGo(row),
  );
  if (left.length === 0) return nothing;
  return (item) => {
    const former = new Set(routes.map((to) => itemId({ ...item, to })));
    return left.filter((row) => row.item !== undefined && former.has(row.item));
  };
}

/** A row of a former route, as one of the item as it is routed now. */
export function routedNow(row: ValueRow, item: DataFromItem): ValueRow {
  return { ...row, item: itemId(item), to: item.to === "ByType" ? row.to : item.to };
}
