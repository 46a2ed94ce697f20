import type { Content } from "./contract.ts";

// Each use ends what it began, so that one serves all.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Text where the bytes are UTF-8 (a byte order mark stays), else undefined. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** Text where the bytes are UTF-8, else the bytes. The same bytes in a target either way. */
export function contentOfBytes(bytes: Uint8Array): Content {
  return decodeUtf8(bytes) ?? bytes;
}

/** The text of a content, or undefined where it is not UTF-8. */
export function textOf(content: Content): string | undefined {
  return typeof content === "string" ? content : decodeUtf8(content);
}

/** Bytes that a content takes in a target, without encoding it. */
export function sizeOf(content: Content): number {
  return typeof content === "string" ? Buffer.byteLength(content, "utf8") : content.byteLength;
}

/** Whether text can be written as UTF-8 and read back the same: half a surrogate pair would become U+FFFD silently. */
export function isWritable(content: Content): boolean {
  return typeof content !== "string" || content.isWellFormed();
}
