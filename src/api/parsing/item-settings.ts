import type { DataFromItemFields, DataItemFields } from "../fields/data-fields.ts";
import type { DataItem, StoreRef } from "../model.ts";

/** What `data` and `dataFrom` items have in common, with defaults. */
export function itemSettings(
  { storeRef, decode = "None", sensitive, optional = false }: DataItemFields | DataFromItemFields,
  store: StoreRef,
): Pick<DataItem, "store" | "decode" | "sensitive" | "optional"> {
  return { store: storeRef ?? store, decode, sensitive, optional };
}
