import { createHash } from "node:crypto";
import type { DataFromItem } from "../../api/model.ts";
import { stableJson } from "../target/fingerprint.ts";

/**
 * Tells which `dataFrom` item brought a key, in the status: a hash of what is asked for, wherever in the list it stands.
 * An item that asks for something else is another one. Made of the spec alone, which holds nothing secret.
 */
export function itemId({ to, store, ref, jsonKey, keys }: DataFromItem): string {
  return createHash("sha256")
    .update(stableJson([to, store, ref, jsonKey, keys]))
    .digest("hex")
    .slice(0, 12);
}
