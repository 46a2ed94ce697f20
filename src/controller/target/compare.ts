import type { ComposedTarget } from "../../values/contract.ts";
import { bytesOf, sameBytes } from "./bytes.ts";
import type { DesiredShape, TargetOwner } from "./desired.ts";
import { isHeldByAlone } from "./managed-fields.ts";
import type { ObservedTarget } from "./observation.ts";

/** How an object that was just read differs from what it must hold. */
export interface Difference {
  /** Keys added, removed or changed, sorted; names only. */
  readonly keys: readonly string[];
  /** Labels, annotations, ownership, type or immutability differ, or a key of others is still held by us as well. */
  readonly shape: boolean;
  /** The API server cannot change it in place. */
  readonly needsRecreate: boolean;
}

/** Compares data and shape. `fieldManager`: ours, whose former keys under Merge have to go. */
export function compareTarget(
  object: ObservedTarget,
  desired: { readonly composed: ComposedTarget; readonly shape: DesiredShape },
  owner: TargetOwner,
  fieldManager: string,
): Difference {
  const { composed, shape } = desired;
  const keys = [...changedKeys(object, composed), ...surplusKeys(object, desired, fieldManager)].sort();
  const typeDiffers = shape.type !== undefined && shape.type !== object.type;
  const frozen = object.immutable && (keys.length > 0 || !shape.immutable);
  return {
    keys,
    shape:
      typeDiffers ||
      metadataDiffers(object, shape, owner) ||
      (shape.exclusive ? shape.immutable !== object.immutable : holdsGivenUp(object, composed)),
    needsRecreate: typeDiffers || frozen,
  };
}

function changedKeys(object: ObservedTarget, composed: ComposedTarget): string[] {
  return [...composed.data].flatMap(([key, content]) => {
    const present = object.data.get(key);
    return present !== undefined && sameBytes(present, bytesOf(content)) ? [] : [key];
  });
}

/** Owner and Orphan: every key not asked for. Merge: those that our manager still holds, and nobody else. */
function surplusKeys(
  object: ObservedTarget,
  { composed, shape }: { readonly composed: ComposedTarget; readonly shape: DesiredShape },
  fieldManager: string,
): string[] {
  return [...object.data.keys()].filter(
    (key) => !composed.data.has(key) && (shape.exclusive || isHeldByAlone(object.keyManagers.get(key), fieldManager)),
  );
}

/**
 * A key that is asked for no longer, and that others hold too: it stays, so that no data changes, but while we hold it as
 * well it would be ours again when they let it go.
 */
function holdsGivenUp({ data, appliedKeys }: ObservedTarget, composed: ComposedTarget): boolean {
  return [...appliedKeys].some((key) => data.has(key) && !composed.data.has(key));
}

function metadataDiffers(object: ObservedTarget, shape: DesiredShape, owner: TargetOwner): boolean {
  const owned = object.ownerReferences.find((reference) => reference.uid === owner.uid);
  const wanted = shape.ownerReferences.length > 0;
  return (
    wanted !== (owned?.controller === true) ||
    !includes(object.labels, shape.labels) ||
    !includes(object.annotations, shape.annotations) ||
    holdsOther(object.ownLabels, shape.labels) ||
    holdsOther(object.ownAnnotations, shape.annotations)
  );
}

function includes(present: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => present[name] === value);
}

function holdsOther(held: ReadonlySet<string>, wanted: Readonly<Record<string, string>>): boolean {
  return [...held].some((name) => !Object.hasOwn(wanted, name));
}
