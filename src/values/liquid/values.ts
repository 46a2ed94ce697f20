import { Drop } from "liquidjs";
import { decodeUtf8 } from "../content.ts";
import type { Content } from "../contract.ts";
import { parseTree, writeTree } from "../json/tree.ts";
import { BytesInTextError, FilterError } from "./errors.ts";

/** Bytes as a template sees them: filters take them, text does not. A Drop, since Liquid would take other objects apart. */
export class BytesValue extends Drop {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    super();
    this.bytes = bytes;
  }

  override toString(): string {
    throw new BytesInTextError("bytes cannot stand in text; use base64_encode, or make the output the whole template");
  }
}

/** A number that keeps the digits of its source: Liquid writes and compares it as that text. */
export class SourceNumber extends Drop {
  readonly source: string;

  constructor(source: string) {
    super();
    this.source = source;
  }

  override valueOf(): string {
    return this.source;
  }
}

/** Content as a template sees it. */
export function valueOfContent(content: Content): string | BytesValue {
  if (typeof content === "string") return content;
  return decodeUtf8(content) ?? new BytesValue(content);
}

/** The text of a filter's input or argument; `what` names it in the refusal. */
export function textOfValue(value: unknown, what: string): string {
  if (typeof value === "string") return value;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (value instanceof SourceNumber) return value.source;
  if (value instanceof BytesValue) throw new FilterError(`${what} must be text, and is bytes`);
  if (value === undefined || value === null) throw new FilterError(`${what} is missing`);
  throw new FilterError(
    `${what} must be text, and is ${Array.isArray(value) ? "a list" : "an object"}; use json first`,
  );
}

/** The bytes of a filter's input or argument: those of its UTF-8 form where it is text. */
export function bytesOfValue(value: unknown, what: string): Uint8Array {
  return value instanceof BytesValue ? value.bytes : Buffer.from(textOfValue(value, what), "utf8");
}

/** A whole number of a filter's argument. */
export function numberOfValue(
  value: unknown,
  what: string,
  range: { readonly min: number; readonly max: number },
): number {
  const number = typeof value === "number" ? value : Number(textOfValue(value, what));
  if (Number.isInteger(number) && number >= range.min && number <= range.max) return number;
  throw new FilterError(`${what} must be a whole number from ${range.min} to ${range.max}`);
}

/** Parses JSON for templates. */
export function treeOfJson(json: string): unknown {
  const tree = parseTree(json, (_value, source) => new SourceNumber(source));
  if (!tree.ok) throw new FilterError(tree.failure.message);
  return tree.value;
}

/** Compact JSON of anything a template can hold. */
export function jsonOfTree(value: unknown): string {
  return writeTree(value, (leaf) => {
    if (leaf instanceof SourceNumber) return leaf.source;
    if (leaf instanceof BytesValue) throw new FilterError("bytes cannot stand in JSON; use base64_encode first");
    return undefined;
  });
}
