import type { Failure } from "../../api/conditions.ts";
import type { TargetModel } from "../../api/model.ts";
import type { ObservedTarget } from "../target/observation.ts";
import { templateOutputs } from "./decide.ts";
import { targetEntry } from "./entry.ts";
import { observe, targetsOf } from "./gather-targets.ts";
import { leavingKeys, unreadKeys } from "./moves.ts";
import { isRowOf, type SettleContext, sightOf } from "./settle-context.ts";
import { isLetGo, type TargetRow } from "./status-model.ts";

/** Which keys of a target that stands go to the other one. */
export async function keysLeaving(target: TargetModel, context: SettleContext): Promise<ReadonlySet<string>> {
  const { entry, known, items, rows } = context;
  if (!known.some((row) => isRowOf(row, target))) return new Set();
  const outputs = templateOutputs(target);
  const leaving = (keys: Iterable<string>) =>
    leavingKeys(
      target.kind,
      [...keys].filter((key) => !outputs.has(key)),
      items,
    );
  const left = targetEntry(entry, target.kind, target.name).memo?.keys;
  if (left) return leaving(left);
  // A row of what could not be read names where its key is asked for, not where it stands.
  const told = rows?.every((row) => row.state === "Synced" || isLetGo(row)) ? rows : undefined;
  if (told && leaving(told.flatMap(({ key, to }) => (to === target.kind ? [key] : []))).size === 0) return new Set();
  // They may have gone already, if the process before this one ended before it could say so.
  return leaving(await keysStanding(target, context));
}

/** In a target that others share, a key of theirs is none of ours that could leave. */
function heldKeys(
  { data, keyManagers }: ObservedTarget,
  { creationPolicy }: TargetModel,
  { write }: SettleContext,
): readonly string[] {
  const merges = creationPolicy === "Merge" || creationPolicy === "CreateOrMerge";
  return [...data.keys()].filter((key) => !merges || keyManagers.get(key)?.includes(write.fieldManager) === true);
}

/**
 * Why the last value of an optional key would go: it cannot be read, and stands in a target alone that the spec names no
 * longer, and that goes when those stand that it names.
 */
export async function unreadInFormer(target: TargetModel, context: SettleContext): Promise<readonly Failure[]> {
  const { known, model, items } = context;
  const former = known.filter((row) => !targetsOf(model).some((named) => isRowOf(row, named)));
  const unread = unreadKeys(target.kind, items);
  if (former.length === 0 || unread.size === 0) return [];
  const present = await keysStanding(target, context);
  const standing = await Promise.all(former.map((row) => keysOfFormer(row, target, context)));
  const only = new Set(standing.flat().filter((key) => !present.includes(key)));
  return [...unread].flatMap(([key, failure]) => (only.has(key) ? [failure] : []));
}

async function keysOfFormer(row: TargetRow, target: TargetModel, context: SettleContext): Promise<readonly string[]> {
  const { kind, name, uid, merged } = row;
  const creationPolicy = merged ? "Merge" : "Owner";
  return await keysStanding({ ...target, kind, name, creationPolicy }, context, uid);
}

/** `uid`: another object under the name has none of them. */
async function keysStanding(target: TargetModel, context: SettleContext, uid?: string): Promise<readonly string[]> {
  const found = await observe(target, {}, sightOf(context), true);
  if (found.kind !== "read" || (uid !== undefined && found.object.uid !== uid)) return [];
  return heldKeys(found.object, target, context);
}
