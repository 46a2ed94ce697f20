/** DER, the encoding of PKCS#12 (X.690): as much of it as keystores need. */

/** One element: its tag byte and what is in it. */
export interface Element {
  readonly tag: number;
  readonly content: Uint8Array;
  /** With tag and length. */
  readonly encoded: Uint8Array;
}

export const tags = {
  integer: 0x02,
  octetString: 0x04,
  null: 0x05,
  oid: 0x06,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
  context0: 0xa0,
  /** [0] IMPLICIT OCTET STRING, as EncryptedContentInfo has it. */
  implicit0: 0x80,
} as const;

/** What is not DER, or is something else than was looked for. */
export class DerError extends Error {}

/** All elements of a buffer, one after another. */
export function parseElements(buffer: Uint8Array): readonly Element[] {
  const elements: Element[] = [];
  let at = 0;
  while (at < buffer.length) {
    const element = parseElement(buffer.subarray(at));
    elements.push(element);
    at += element.encoded.length;
  }
  return elements;
}

function parseElement(buffer: Uint8Array): Element {
  const [tag, first] = buffer;
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new DerError("not DER");
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  // 0x80 is BER's indefinite length; lengths beyond four bytes are no keystore's.
  if (first === 0x80 || lengthBytes > 4 || buffer.length < 2 + lengthBytes) throw new DerError("not DER");
  const length = first < 0x80 ? first : buffer.subarray(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + lengthBytes;
  if (buffer.length < start + length) throw new DerError("cut short");
  return { tag, content: buffer.subarray(start, start + length), encoded: buffer.subarray(0, start + length) };
}

/** The elements in a constructed element of the tag wanted. */
export function childrenOf(element: Element | undefined, tag: number = tags.sequence): readonly Element[] {
  if (element?.tag !== tag) throw new DerError("another element was expected");
  return parseElements(element.content);
}

/** The content of an element of the tag wanted. */
export function contentOf(element: Element | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw new DerError("another element was expected");
  return element.content;
}

/** A small non-negative integer. */
export function integerOf(element: Element | undefined): number {
  const content = contentOf(element, tags.integer);
  if (content.length > 6) throw new DerError("an integer is too large");
  return content.reduce((sum, byte) => sum * 256 + byte, 0);
}

/** An object identifier as hexadecimal of its encoding: enough to compare. */
export function oidOf(element: Element | undefined): string {
  return Buffer.from(contentOf(element, tags.oid)).toString("hex");
}

/** Encodes an element from its parts. */
export function encode(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), encodeLength(content.length), content]);
}

function encodeLength(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  const bytes: number[] = [];
  for (let rest = length; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  return Buffer.from([0x80 | bytes.length, ...bytes]);
}

/** Encodes a small non-negative integer. */
export function encodeInteger(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; rest > 0; rest = Math.floor(rest / 256)) bytes.unshift(rest % 256);
  // A leading zero keeps it positive.
  if ((bytes[0] ?? 0x80) >= 0x80) bytes.unshift(0);
  return encode(tags.integer, Buffer.from(bytes));
}

/** Encodes an object identifier from the hexadecimal form that `oidOf` gives. */
export function encodeOid(hex: string): Buffer {
  return encode(tags.oid, Buffer.from(hex, "hex"));
}
