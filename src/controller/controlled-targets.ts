import type { TargetKind } from "../api/model.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { controllerOf } from "./target/claim.ts";

/** Which labelled targets an owner controls, as the watches show them: found by the owner's uid, without a search. */
export interface ControlledTargets {
  changed(kind: TargetKind, object: KubernetesObject, previous: KubernetesObject | undefined): void;
  deleted(kind: TargetKind, last: KubernetesObject): void;
  of(ownerUid: string): readonly ControlledTarget[];
}

export interface ControlledTarget {
  readonly kind: TargetKind;
  readonly namespace: string;
  readonly name: string;
}

const none: readonly ControlledTarget[] = [];

export function createControlledTargets(): ControlledTargets {
  // Lists, since an owner has one or two, and there may be ten thousand owners.
  const byOwner = new Map<string, readonly ControlledTarget[]>();

  const drop = (owner: string, kind: TargetKind, { metadata }: KubernetesObject): void => {
    const left = (byOwner.get(owner) ?? none).filter((target) => target.kind !== kind || !isNamed(target, metadata));
    if (left.length > 0) byOwner.set(owner, left);
    else byOwner.delete(owner);
  };

  return {
    changed(kind, object, previous) {
      const owner = ownerUidOf(object);
      const before = previous && ownerUidOf(previous);
      if (owner === before) return;
      if (before !== undefined) drop(before, kind, object);
      if (owner === undefined) return;
      const { name, namespace = "" } = object.metadata;
      byOwner.set(owner, [...(byOwner.get(owner) ?? none), { kind, namespace, name }]);
    },
    deleted(kind, last) {
      const owner = ownerUidOf(last);
      if (owner !== undefined) drop(owner, kind, last);
    },
    of: (ownerUid) => byOwner.get(ownerUid) ?? none,
  };
}

/** The uid of the ExternalValue that controls an object. */
export function ownerUidOf({ metadata: { ownerReferences = [] } }: KubernetesObject): string | undefined {
  const controller = controllerOf({ ownerReferences });
  return controller?.kind === "ExternalValue" ? controller.uid : undefined;
}

function isNamed({ name, namespace }: ControlledTarget, metadata: KubernetesObject["metadata"]): boolean {
  return name === metadata.name && namespace === (metadata.namespace ?? "");
}
