import { createHash } from "node:crypto";
import type { TargetModel } from "../../api/model.ts";
import { type ItemResult, isAbsent, isTakenBy } from "./select.ts";

// To be raised when a release makes other data of the same inputs.
const format = 1;

/**
 * A hash of all that the data of a target is made from: what the spec asks for, the version of each value that was read, and
 * the objects that templates came from. Equal ones mean equal data, since composing is a pure function of them, so that a
 * process without memory knows a target that it makes again. Never of a value itself: everything in it stands in the spec,
 * in the status, or in AWS's answers beside the value. The type, labels and policies of the target make no data, and are no
 * part of it. Undefined: in doubt, since the last value of something was kept, or its version is not known. Pure.
 *
 * @param sources uid and resourceVersion of the objects that hold the templates of `template.from`.
 */
export function madeFrom(
  target: TargetModel,
  items: readonly ItemResult[],
  sources: readonly string[],
): string | undefined {
  const parts: unknown[] = [];
  for (const entry of items) {
    if (!isTakenBy(entry, target)) continue;
    const part = partOf(entry);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return (
    createHash("sha256")
      // Plain: the parser makes items in one order of fields, and another order of a map is a doubt that harms nobody.
      .update(JSON.stringify([format, target.kind, target.template ?? null, sources, parts]))
      .digest("hex")
      .slice(0, 32)
  );
}

/** Where an item stands in the manifest is no part of what it asks for. */
function partOf({ item: { field: _, ...item }, origin, lost, result }: ItemResult): unknown {
  if (result.kind === "keys") {
    const { versions } = result;
    return versions === undefined || origin === undefined ? undefined : [item, origin, versions];
  }
  return isAbsent(result) ? [item, origin ?? null, lost ? [lost.key, lost.to] : null, "absent"] : undefined;
}
