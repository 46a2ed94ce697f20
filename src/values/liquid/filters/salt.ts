import { createHmac, scryptSync } from "node:crypto";
import type { FilterScope } from "./filter.ts";

/**
 * Bytes for salts and initialization vectors: the same for the same template and inputs, so that a render changes nothing
 * unless its inputs did. A salt is public and comes from the password, so it must cost as much to guess as the hash
 * itself: hence scrypt (16 MiB), never a plain hash.
 */
export function deriveBytes(
  scope: FilterScope,
  purpose: string,
  inputs: readonly (string | Uint8Array)[],
): (label: string, length: number) => Buffer {
  const seed = scryptSync(framed(inputs), framed([scope.uid, scope.template, purpose]), 32, { N: 2 ** 14, r: 8, p: 1 });
  return (label, length) => expand(seed, label, length);
}

/** With their lengths in front, so that no two lists run together. */
function framed(parts: readonly (string | Uint8Array)[]): Buffer {
  const bytes = parts.map((part) => (typeof part === "string" ? Buffer.from(part, "utf8") : Buffer.from(part)));
  return Buffer.concat(bytes.flatMap((part) => [Buffer.from(`${part.length}:`), part]));
}

function expand(seed: Buffer, label: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, index) =>
    createHmac("sha256", seed).update(`${label}:${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}
