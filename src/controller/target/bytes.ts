import type { Content } from "../../values/contract.ts";

/** Content as it will stand in the target. */
export function bytesOf(content: Content): Uint8Array {
  return typeof content === "string" ? Buffer.from(content, "utf8") : content;
}

/** Whether two contents are the same bytes. */
export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && Buffer.compare(one, other) === 0;
}
