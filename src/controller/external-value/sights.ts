import type { ExternalValueModel } from "../../api/model.ts";
import { type Entry, targetEntry } from "./entry.ts";
import { isSuspect, targetsOf } from "./gather-targets.ts";

/**
 * What is known of each target. One that was touched while its write was under way had no memo to be compared with then,
 * and is looked at again at once; one that was touched before, and may not be written now, was looked at in this visit.
 */
export function sights(model: ExternalValueModel, entry: Entry) {
  return targetsOf(model).map(({ kind, name }) => {
    const { memo, seenVersion, gone } = targetEntry(entry, kind, name);
    const parts = [memo?.uid, memo?.resourceVersion, seenVersion, gone?.uid, gone?.resourceVersion];
    return { suspect: isSuspect(targetEntry(entry, kind, name)), text: parts.join(" ") };
  });
}
