import type { Failure } from "../../api/conditions.ts";
import type { TargetKind } from "../../api/model.ts";
import { type ItemResult, isAbsent } from "./select.ts";

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

function placesOf({ item, lost, result }: ItemResult): readonly string[] {
  if (result.kind === "keys") return result.keys.map(({ key, to }) => `${to} ${key}`);
  if (lost) return [`${lost.to} ${lost.key}`];
  return "key" in item ? [`${item.to} ${item.key}`] : [];
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
  return items.map((entry) => {
    const { item, result } = entry;
    const stays = item.optional && leaves(entry, kind, leaving) && result.kind !== "keys";
    return stays ? { ...entry, item: { ...item, to: kind } } : entry;
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
      if (item.optional || !leaves(entry, kind, leaving)) return [entry];
      const { failure } = result;
      return [entry, { item: { ...item, to: kind, optional: true }, result: { kind: "unreadable", failure } }];
    }
    const keys = result.keys.filter(({ key, to }) => to === otherKind[kind] && leaving.has(key));
    if (keys.length === 0) return [entry];
    const stay = keys.map((key) => ({ ...key, to: kind }));
    return [entry, { ...entry, item: { ...item, to: kind }, result: { ...result, keys: stay } }];
  });
}

/** Whether the one key that an item asks for leaves the target. */
function leaves({ item, lost }: ItemResult, kind: TargetKind, leaving: ReadonlySet<string>): boolean {
  return !lost && "key" in item && item.to === otherKind[kind] && leaving.has(item.key);
}

/** The optional keys of a target that cannot be read now, and why. Pure. */
export function unreadKeys(kind: TargetKind, items: readonly ItemResult[]): ReadonlyMap<string, Failure> {
  return new Map(
    items.flatMap(({ item, result }): [string, Failure][] => {
      if (!("key" in item) || item.to !== kind || !item.optional) return [];
      return result.kind === "keys" || isAbsent(result) ? [] : [[item.key, result.failure]];
    }),
  );
}
