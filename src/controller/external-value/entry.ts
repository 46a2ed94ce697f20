import type { Condition } from "../../api/conditions.ts";
import type { ExternalValueModel, TargetKind } from "../../api/model.ts";
import type { Reader } from "../../aws/reader.ts";
import type { ChangeMemory } from "../restart/settle-restarts.ts";
import { type TargetEntry, targetsOf } from "./gather-targets.ts";
import type { StatusModel, ValueRow } from "./status-model.ts";

/**
 * What the process remembers of one ExternalValue between reconciles. Nothing here is needed to be right, only to be
 * quick: a process that starts without it ends in the same state.
 */
export interface Entry extends ChangeMemory {
  readonly uid: string;
  readonly targets: Map<string, TargetEntry>;
  /** Parsing is done once for a spec. */
  parsed?: { readonly key: string; readonly model: ExternalValueModel } | undefined;
  /** For which spec, and where each of its items is read: unchanged, nothing is subscribed anew. */
  subscribed?: { readonly generation: number; readonly readers: readonly (Reader | undefined)[] } | undefined;
  /** A visit is under way, and may rest on what was written. */
  visited?: boolean | undefined;
  /** The status as this process last wrote it, with the resourceVersion it got. */
  written?: { readonly status: StatusModel; readonly resourceVersion: string } | undefined;
  /** Values must have been read at or after this time: a refresh was asked for. */
  readFrom?: { readonly why: string; readonly at: number } | undefined;
  /** Uids of strays that were looked at, and that somebody else made. */
  spared?: ReadonlySet<string> | undefined;
  /** When what was said to be gone is to be looked at for a second time (clock milliseconds). */
  secondLookAt?: number | undefined;
  /** When each key of a `dataFrom` was first missed. */
  missedSince?: Map<string, number> | undefined;
  /** Every row of the last conclusion, where the status has no room for all. */
  rows?: readonly ValueRow[] | undefined;
  /** As last concluded, for the metrics. */
  conditions?: readonly Condition[] | undefined;
  /** Clock milliseconds when the stalest value was read; asks the readers' memory. */
  readAt?: (() => number | undefined) | undefined;
  /** A status that is due, and tells nothing but the identities of targets that were made again. */
  untold?: StatusModel | undefined;
  /** Of what was last found in order: the same again needs no look at values. */
  settledInputs?: string | undefined;
}

export function newEntry(uid: string): Entry {
  return { uid, targets: new Map() };
}

export const targetKey = (kind: TargetKind, name: string): string => `${kind}/${name}`;

/** What was removed, and what the spec names no longer: no event tells of it any more, so its memory would mislead. */
export function forgetTargets(
  { targets }: Entry,
  model: ExternalValueModel,
  removed: readonly { readonly kind: TargetKind; readonly name: string }[],
): void {
  const named = new Set(targetsOf(model).map(({ kind, name }) => targetKey(kind, name)));
  for (const { kind, name } of removed) named.delete(targetKey(kind, name));
  for (const key of [...targets.keys()]) if (!named.has(key)) targets.delete(key);
}

/** The memory of a target, made where there is none. */
export function targetEntry(entry: Entry, kind: TargetKind, name: string): TargetEntry {
  const key = targetKey(kind, name);
  const present = entry.targets.get(key);
  if (present) return present;
  const made: TargetEntry = {};
  entry.targets.set(key, made);
  return made;
}
