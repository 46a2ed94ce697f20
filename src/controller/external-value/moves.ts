import type { Failure } from "../../api/conditions.ts";
import type { TargetKind } from "../../api/model.ts";
import { type ItemResult, isRouted, isUnreadOptional } from "./select.ts";

const otherKind = { Secret: "ConfigMap", ConfigMap: "Secret" } as const;

/** Compares the keys that a target has with where they are asked for now. Pure. */
export function leavingKeys(
  kind: TargetKind,
  keys: Iterable<string>,
  items: readonly ItemResult[],
): ReadonlySet<string> {
  const wanted = new Set(items.flatMap(placesOf));
  return new Set([...keys].filter((key) => !wanted.has(`${kind} ${key}`) && wanted.has(`${otherKind[kind]} ${key}`)));
}

function placesOf({ item, lost, result, formerRows = [] }: ItemResult): readonly string[] {
  if (result.kind === "keys") return result.keys.map(({ key, to }) => `${to} ${key}`);
  if (lost) return [`${lost.to} ${lost.key}`];
  if ("key" in item) return [`${item.to} ${item.key}`];
  // What a dataFrom brings now is not known: it is taken for what it brought.
  return formerRows.map(({ key }) => `${item.to} ${key}`);
}

/**
 * The items, with optional ones that cannot be read still routed to the target that they leave: only there can their last
 * value be read back. Where they go, nobody would miss them, and so they would be in neither. One that is certainly absent
 * is left out wherever it is routed to. Pure.
 */
export function unreadStay(
  items: readonly ItemResult[],
  kind: TargetKind,
  leaving: ReadonlySet<string>,
): readonly ItemResult[] {
  return items.flatMap((entry) => {
    const { item, result } = entry;
    const stays = item.optional && leaves(entry, kind, leaving) && result.kind !== "keys";
    if (!stays) return [entry];
    // Some of a dataFrom may stand where it goes already, and stays there.
    return "key" in item || entry.lost ? [routedTo(entry, kind)] : [entry, routedTo(entry, kind)];
  });
}

/**
 * The items, with the keys that leave a target in both: in it as well as where they go. Of a required one that was not read
 * the last value stays, even where it is gone: whether it may go is for the target to say that it goes to. Pure.
 */
export function inBoth(
  items: readonly ItemResult[],
  kind: TargetKind,
  leaving: ReadonlySet<string>,
): readonly ItemResult[] {
  return items.flatMap((entry): readonly ItemResult[] => {
    const { item, result } = entry;
    if (result.kind !== "keys") {
      const stays = !item.optional && leaves(entry, kind, leaving);
      return stays ? [entry, lastValueOf(routedTo(entry, kind), result.failure)] : [entry];
    }
    const keys = result.keys.filter(({ key, to }) => to === otherKind[kind] && leaving.has(key));
    if (keys.length === 0) return [entry];
    const stay = keys.map((key) => ({ ...key, to: kind }));
    return [entry, { ...entry, item: { ...item, to: kind }, result: { ...result, keys: stay } }];
  });
}

function lastValueOf({ item, lost }: ItemResult, failure: Failure): ItemResult {
  return { item: { ...item, optional: true }, ...(lost ? { lost } : {}), result: { kind: "unreadable", failure } };
}

function routedTo(entry: ItemResult, kind: TargetKind): ItemResult {
  const { item, lost } = entry;
  return { ...entry, item: { ...item, to: kind }, ...(lost ? { lost: { ...lost, to: kind } } : {}) };
}

/** Whether what an item that was not read asks for, or a part of it, leaves the target. */
function leaves({ item, lost, formerRows = [] }: ItemResult, kind: TargetKind, leaving: ReadonlySet<string>): boolean {
  if ((lost ?? item).to !== otherKind[kind]) return false;
  if (lost) return leaving.has(lost.key);
  return "key" in item ? leaving.has(item.key) : formerRows.some(({ key, to }) => to === kind && leaving.has(key));
}

/** The optional keys of a target that cannot be read now, and why. Pure. */
export function unreadKeys(kind: TargetKind, items: readonly ItemResult[]): ReadonlyMap<string, Failure> {
  return new Map(
    items.flatMap((entry): [string, Failure][] => {
      const { item, result, delivered = [] } = entry;
      if (result.kind === "keys" || !isRouted(entry, { kind }) || !isUnreadOptional(entry)) return [];
      const keys = "key" in item ? [item.key] : [...delivered];
      return keys.map((key) => [key, result.failure]);
    }),
  );
}
