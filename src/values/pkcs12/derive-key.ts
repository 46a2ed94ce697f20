import { createHash } from "node:crypto";

/** What the bytes are for (RFC 7292, appendix B.3). */
export const purposes = { key: 1, iv: 2, mac: 3 } as const;

/** The derivation of PKCS#12 (RFC 7292, appendix B.2). */
export interface Derivation {
  readonly digest: string;
  readonly password: string;
  readonly salt: Uint8Array;
  readonly iterations: number;
}

/** Derives `length` bytes for a purpose. */
export function deriveKey(derivation: Derivation, purpose: number, length: number): Buffer {
  const { digest, password, salt, iterations } = derivation;
  const block = digest === "sha384" || digest === "sha512" ? 128 : 64;
  const input = Buffer.concat([repeat(salt, block), repeat(bmpPassword(password), block)]);
  const blocks: Buffer[] = [];
  for (let have = 0; have < length; have += blocks.at(-1)?.length ?? 0) {
    let hash = createHash(digest).update(Buffer.alloc(block, purpose)).update(input).digest();
    for (let round = 1; round < iterations; round += 1) hash = createHash(digest).update(hash).digest();
    blocks.push(hash);
    addToBlocks(input, repeat(hash, block).subarray(0, block), block);
  }
  return Buffer.concat(blocks).subarray(0, length);
}

/** UTF-16 big endian with a terminating zero; an empty password is the zero alone. */
export function bmpPassword(password: string): Buffer {
  return Buffer.from(`${password}\0`, "utf16le").swap16();
}

/** Repeated to a multiple of the block; empty stays empty. */
function repeat(bytes: Uint8Array, block: number): Buffer {
  const length = Math.ceil(bytes.length / block) * block;
  return length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, bytes);
}

/** Adds `addend` + 1 to every block of the input, as big-endian numbers. */
function addToBlocks(input: Buffer, addend: Buffer, block: number): void {
  for (let start = 0; start < input.length; start += block) {
    let carry = 1;
    for (let index = block - 1; index >= 0; index -= 1) {
      carry += (input[start + index] ?? 0) + (addend[index] ?? 0);
      input[start + index] = carry & 0xff;
      carry >>= 8;
    }
  }
}
