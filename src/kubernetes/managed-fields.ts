import type { KubernetesObject, ManagedFieldsEntry } from "./objects.ts";

/** Which part of a target a key stands in. */
export type DataField = "data" | "binaryData";
const dataFields: readonly DataField[] = ["data", "binaryData"];

/** Who holds a key: more than one where equal values were applied, or where an object was created by a POST. */
export interface KeyOwner {
  readonly manager: string;
  readonly operation: "Apply" | "Update";
}

/** The keys of `data` and `binaryData` that this manager holds, by apply or by update. */
export function ownedKeys(object: KubernetesObject, manager: string): ReadonlySet<string> {
  const keys = new Set<string>();
  for (const entry of dataEntries(object)) {
    if (entry.manager === manager) for (const key of keysOf(entry)) keys.add(key);
  }
  return keys;
}

/** Every key of `data` and `binaryData` that anybody holds, with its holders. */
export function keyOwners(object: KubernetesObject): ReadonlyMap<string, readonly KeyOwner[]> {
  const owners = new Map<string, KeyOwner[]>();
  for (const entry of dataEntries(object)) {
    const owner: KeyOwner = { manager: entry.manager ?? "", operation: entry.operation ?? "Update" };
    for (const key of keysOf(entry)) owners.set(key, [...(owners.get(key) ?? []), owner]);
  }
  return owners;
}

/**
 * What a POST with a field manager creates is held by an Update entry, and a later apply by the same manager does not
 * take it away: a key no longer applied would stay (tried on 1.36). These managed fields hand all that the manager holds
 * by Update over to its Apply entry, to be sent in a merge patch with the resourceVersion; undefined: nothing to do.
 */
export function updateTurnedIntoApply(
  object: KubernetesObject,
  manager: string,
): readonly ManagedFieldsEntry[] | undefined {
  const all = object.metadata.managedFields ?? [];
  const ours = all.filter((entry) => entry.manager === manager && !entry.subresource);
  const update = ours.find(({ operation }) => operation === "Update");
  if (update === undefined) return undefined;
  const apply = ours.find(({ operation }) => operation === "Apply");
  const fieldsV1 = merged(apply?.fieldsV1 ?? {}, update.fieldsV1 ?? {});
  return [...all.filter((entry) => !ours.includes(entry)), { ...update, ...apply, operation: "Apply", fieldsV1 }];
}

function dataEntries(object: KubernetesObject): ManagedFieldsEntry[] {
  return (object.metadata.managedFields ?? []).filter(({ subresource }) => !subresource);
}

/** FieldsV1 names a field `f:<name>`; `.` stands for the map itself. */
function keysOf({ fieldsV1 }: ManagedFieldsEntry): string[] {
  return dataFields.flatMap((field) => {
    const keys = fieldsV1?.[`f:${field}`];
    if (!isFields(keys)) return [];
    return Object.keys(keys).flatMap((name) => (name.startsWith("f:") ? [name.slice(2)] : []));
  });
}

type Fields = Readonly<Record<string, unknown>>;

function merged(one: Fields, other: Fields): Fields {
  const result: Record<string, unknown> = { ...one };
  for (const [name, value] of Object.entries(other)) {
    const held = result[name];
    result[name] = isFields(held) && isFields(value) ? merged(held, value) : (held ?? value);
  }
  return result;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}
