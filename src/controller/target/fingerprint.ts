import { createHmac, createSecretKey, randomBytes } from "node:crypto";
import type { ComposedTarget } from "../../values/contract.ts";
import { bytesOf } from "./bytes.ts";

/**
 * Keyed hashes of what a target must hold, so that two reconciles can be compared without keeping the data. The key is
 * random and dies with the process: a fingerprint is worthless outside of it, and is never written anywhere.
 */
export interface Fingerprinter {
  data(data: ComposedTarget["data"]): string;
  /** Of any plain value, independent of the order of its keys. */
  shape(value: unknown): string;
}

export function createFingerprinter(bytes: Uint8Array = randomBytes(32)): Fingerprinter {
  // Of plain bytes Node makes a key anew each time, which takes four times as long as the hashing.
  const key = createSecretKey(bytes);
  return {
    data(data) {
      const hash = createHmac("sha256", key);
      for (const name of [...data.keys()].sort()) {
        const content = bytesOf(data.get(name) ?? "");
        // Lengths first, so that no two sets of keys run together.
        hash.update(`${name.length}:${name}:${content.length}:`).update(content);
      }
      return hash.digest("base64");
    },
    shape: (value) => createHmac("sha256", key).update(stableJson(value)).digest("base64"),
  };
}

/** JSON with sorted keys: equal for equal plain values. */
export function stableJson(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value ?? null);
  if (Array.isArray(value)) return `[${value.map(stableJson).join(",")}]`;
  const parts: string[] = [];
  for (const [key, part] of Object.entries(value).sort(byKey)) {
    if (part !== undefined) parts.push(`${JSON.stringify(key)}:${stableJson(part)}`);
  }
  return `{${parts.join(",")}}`;
}

const byKey = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number => (a < b ? -1 : 1);
