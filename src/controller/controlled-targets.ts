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
  /** As the watch shows it, metadata only. */
  readonly object: KubernetesObject;
}

/** Almost every owner has one target of a kind, and there may be ten thousand owners: a list is made for several alone. */
type OneOrSeveral = KubernetesObject | readonly KubernetesObject[];

export function createControlledTargets(): ControlledTargets {
  const byOwner = { Secret: new Map<string, OneOrSeveral>(), ConfigMap: new Map<string, OneOrSeveral>() };

  const put = (kind: TargetKind, owner: string, objects: readonly KubernetesObject[]): void => {
    const [first] = objects;
    if (first === undefined) byOwner[kind].delete(owner);
    else byOwner[kind].set(owner, objects.length === 1 ? first : objects);
  };
  const others = (kind: TargetKind, owner: string, object: KubernetesObject): readonly KubernetesObject[] =>
    listOf(byOwner[kind].get(owner)).filter((other) => !isSame(other, object));

  return {
    changed(kind, object, previous) {
      const owner = ownerUidOf(object);
      const before = previous && ownerUidOf(previous);
      if (before !== undefined && before !== owner) put(kind, before, others(kind, before, object));
      if (owner !== undefined) put(kind, owner, [...others(kind, owner, object), object]);
    },
    deleted(kind, last) {
      const owner = ownerUidOf(last);
      if (owner !== undefined) put(kind, owner, others(kind, owner, last));
    },
    of: (ownerUid) =>
      (["Secret", "ConfigMap"] as const).flatMap((kind) =>
        listOf(byOwner[kind].get(ownerUid)).map((object) => ({ kind, object })),
      ),
  };
}

/** The uid of the ExternalValue that controls an object. */
export function ownerUidOf({ metadata: { ownerReferences = [] } }: KubernetesObject): string | undefined {
  const controller = controllerOf({ ownerReferences });
  return controller?.kind === "ExternalValue" ? controller.uid : undefined;
}

function listOf(objects: OneOrSeveral | undefined): readonly KubernetesObject[] {
  if (objects === undefined) return [];
  return "metadata" in objects ? [objects] : objects;
}

function isSame({ metadata: one }: KubernetesObject, { metadata: other }: KubernetesObject): boolean {
  return one.name === other.name && one.namespace === other.namespace;
}
