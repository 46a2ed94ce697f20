import type { Failure } from "../../api/conditions.ts";
import type { TargetModel } from "../../api/model.ts";
import { longestFieldManager } from "../../kubernetes/field-manager.ts";
import type { OwnerReference } from "../../kubernetes/objects.ts";
import type { TargetOwner } from "./desired.ts";
import { adoptAnnotation, createdByAnnotation, fieldManagerPrefix } from "./names.ts";
import type { ObservedTarget } from "./observation.ts";

export interface Claimant {
  readonly target: TargetModel;
  readonly owner: TargetOwner;
  readonly fieldManager: string;
  /** UIDs of the targets in the status that were made or adopted by this ExternalValue, not merged into. */
  readonly knownUids: ReadonlySet<string>;
  /** Whether an ExternalValue of this name is there: what one held that was deleted is nobody's. */
  isLiving(externalValueName: string): boolean;
}

/** Whether the policy lets this ExternalValue write to an object that exists (api.md, "Ownership"). */
export function claim(object: ObservedTarget, keys: Iterable<string>, claimant: Claimant): Failure | undefined {
  const policy = claimant.target.creationPolicy;
  if (policy === "Merge" || policy === "CreateOrMerge") return claimKeys(object, keys, claimant);
  return claimWhole(object, claimant);
}

/** Owner and Orphan: the whole object. */
function claimWhole(object: ObservedTarget, claimant: Claimant): Failure | undefined {
  const { owner } = claimant;
  const controller = controllerOf(object);
  if (controller) {
    return controller.uid === owner.uid ? undefined : conflict(object, `is controlled by ${nameOf(controller)}`);
  }
  if (isMade(object, claimant) || object.annotations[adoptAnnotation] === owner.name) return undefined;
  return conflict(
    object,
    `exists and belongs to nobody; to let this ExternalValue take it over, annotate it with ${adoptAnnotation}=${owner.name}`,
  );
}

/** Merge: only these keys, none of them another ExternalValue's. */
function claimKeys(object: ObservedTarget, keys: Iterable<string>, claimant: Claimant): Failure | undefined {
  const controller = controllerOf(object);
  if (controller?.kind === "ExternalValue" && controller.uid !== claimant.owner.uid) {
    return conflict(object, `is controlled by ${nameOf(controller)}, which removes keys that it does not name`);
  }
  const maker = object.annotations[createdByAnnotation];
  if (maker !== undefined && maker !== claimant.owner.name && claimant.isLiving(maker)) {
    return conflict(object, `was made by ExternalValue ${maker}, which removes keys that it does not name`);
  }
  for (const key of keys) {
    const holder = object.keyManagers.get(key)?.find((manager) => isForeignExternalValue(manager, claimant));
    if (holder === undefined) continue;
    return {
      reason: "KeyConflict",
      message: `key ${key} of ${object.kind}/${object.name} is held by ExternalValue ${nameOfManager(holder)}; two ExternalValues must use different keys`,
    };
  }
  return undefined;
}

/** Whether this ExternalValue made the object, or was let to take it over before. */
export function isMade(object: ObservedTarget, { owner, knownUids }: Claimant): boolean {
  return (
    knownUids.has(object.uid) ||
    object.annotations[createdByAnnotation] === owner.name ||
    controllerOf(object)?.uid === owner.uid
  );
}

/** Keys that a foreign manager (kubectl, Helm, another operator) holds and that this write takes over. */
export function takenOver(object: ObservedTarget, keys: Iterable<string>, fieldManager: string): Map<string, string> {
  const taken = new Map<string, string>();
  for (const key of keys) {
    const managers = object.keyManagers.get(key) ?? [];
    const [foreign] = managers.filter((manager) => !manager.startsWith(fieldManagerPrefix));
    if (foreign !== undefined && !managers.includes(fieldManager)) taken.set(key, foreign);
  }
  return taken;
}

export function controllerOf(object: {
  readonly ownerReferences: readonly OwnerReference[];
}): OwnerReference | undefined {
  return object.ownerReferences.find((reference) => reference.controller === true);
}

function isForeignExternalValue(manager: string, claimant: Claimant): boolean {
  return (
    manager.startsWith(fieldManagerPrefix) &&
    manager !== claimant.fieldManager &&
    (isCut(manager) || claimant.isLiving(nameOfManager(manager)))
  );
}

/** A name too long for a field manager is cut, and tells no more whose it was: taken for one that lives. */
const isCut = (manager: string): boolean => manager.length >= longestFieldManager;

const nameOfManager = (manager: string): string => manager.slice(fieldManagerPrefix.length);

const nameOf = (reference: OwnerReference): string => `${reference.kind} ${reference.name}`;

function conflict(object: ObservedTarget, what: string): Failure {
  return {
    reason: "TargetConflict",
    message: `${object.kind}/${object.name} ${what}; otherwise choose another name for the target`,
  };
}
