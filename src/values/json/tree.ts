import type { Result } from "../contract.ts";
import { fail, succeed } from "../result.ts";

/** What the tree holds for a number that JavaScript would not write back as it stands in the source. */
export type NumberMaker = (value: number, source: string) => unknown;

type Reviver = (this: unknown, key: string, value: unknown, context: { readonly source?: string }) => unknown;
/** ECMAScript's source text access: the library types do not know the reviver's third parameter yet. */
const parseJson = JSON.parse as (text: string, reviver: Reviver) => unknown;

/**
 * Parses JSON into objects without a prototype, so that `constructor` or `__proto__` is there only if the JSON has it.
 * `makeNumber` decides about numbers whose digits would not survive.
 */
export function parseTree(json: string, makeNumber: NumberMaker): Result<unknown> {
  try {
    return succeed(
      parseJson(json, (_key, value, { source }) => {
        if (typeof value === "number")
          return source === undefined || String(value) === source ? value : makeNumber(value, source);
        // Objects come last, after all that is in them.
        if (typeof value === "object" && value !== null && !Array.isArray(value)) Object.setPrototypeOf(value, null);
        return value;
      }),
    );
  } catch (error) {
    if (error instanceof RangeError) return fail("ValueInvalid", "the JSON is nested too deeply");
    return fail("ValueInvalid", "the value is not valid JSON");
  }
}

/** Writes one leaf that JSON.stringify would not write right; undefined: it may. */
export type LeafWriter = (value: unknown) => string | undefined;

/** Compact JSON of a tree. Throws a RangeError where it is nested too deeply. */
export function writeTree(value: unknown, writeLeaf: LeafWriter): string {
  const leaf = writeLeaf(value);
  if (leaf !== undefined) return leaf;
  if (Array.isArray(value)) return `[${value.map((element) => writeTree(element, writeLeaf)).join(",")}]`;
  if (typeof value === "object" && value !== null) {
    const members = Object.entries(value).map(
      ([name, member]) => `${JSON.stringify(name)}:${writeTree(member, writeLeaf)}`,
    );
    return `{${members.join(",")}}`;
  }
  return JSON.stringify(value) ?? "null";
}
