import type { TargetKind } from "../../api/model.ts";
import type { ItemResult } from "./select.ts";

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

/** The items, with the keys that leave a target in both: in it as well as where they go. */
export function inBoth(items: readonly ItemResult[], kind: TargetKind, leaving: ReadonlySet<string>) {
  return items.flatMap((entry): readonly ItemResult[] => {
    const { item, result } = entry;
    if (result.kind !== "keys") return [entry];
    const keys = result.keys.filter(({ key, to }) => to === otherKind[kind] && leaving.has(key));
    if (keys.length === 0) return [entry];
    const stay = keys.map((key) => ({ ...key, to: kind }));
    return [entry, { ...entry, item: { ...item, to: kind }, result: { ...result, keys: stay } }];
  });
}
