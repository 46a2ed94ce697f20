import type { ExternalValueModel, TargetKind, TargetModel } from "../../api/model.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { isNewer } from "../../kubernetes/resource-version.ts";
import { resourceTypeOf } from "../target/apply-target.ts";
import type { TargetObject } from "../target/desired.ts";
import type { Observation, TargetMemo } from "../target/observation.ts";
import { observeTarget } from "../target/observe.ts";

/** What is known of a target between reconciles. */
export interface TargetEntry {
  memo?: TargetMemo;
  /** Of a target that stands as the status says, and was not compared. */
  left?: { readonly uid: string; readonly resourceVersion: string } | undefined;
  /** Somebody else's object, or its absence, stands in the way: any event of it may mean that it no longer does. */
  blocked?: boolean;
  /** The newest resourceVersion that the watch has shown of it. */
  seenVersion?: string;
  /** The object whose deletion, or loss of our label, the watch has shown; with its last resourceVersion there. */
  gone?: { readonly uid: string; readonly resourceVersion: string };
}

/**
 * Somebody else wrote to the target, or deleted it, after we left it: look before relying on the memo. Derived, so that an
 * event that comes while a write of ours is under way is not forgotten with the answer.
 */
export function isSuspect({ memo, left = memo, seenVersion, gone }: TargetEntry): boolean {
  if (left === undefined) return false;
  if (seenVersion !== undefined && isNewer(seenVersion, left.resourceVersion)) return true;
  // A deletion may come with the version of the last write before it (tried on 1.36, metadata only).
  return gone?.uid === left.uid && !isNewer(left.resourceVersion, gone.resourceVersion);
}

/** Whether an event of it is a reason to look: drift, or somebody who stood in the way and may not any more. */
export function asksForLook(target: TargetEntry): boolean {
  return target.blocked === true || isSuspect(target);
}

/** The targets that the spec asks for. */
export function targetsOf(model: ExternalValueModel): readonly TargetModel[] {
  return [model.secret, model.configMap].filter((target) => target !== undefined);
}

export interface TargetSight {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly fieldManager: string;
  /** Whether the watch on labelled targets shows the object. Its absence there proves nothing of unlabelled objects. */
  seen(kind: TargetKind, name: string): boolean;
}

/**
 * Observes a target with as few requests as can be: none where it is at the resourceVersion that it was left with, none
 * where no labelled object is there and a creating POST will tell, else one GET. `mustRead`: the data is needed.
 */
export async function observe(
  target: TargetModel,
  entry: TargetEntry,
  sight: TargetSight,
  mustRead: boolean,
): Promise<Observation> {
  if (!mustRead) {
    if (entry.memo && !isSuspect(entry)) return { kind: "unchanged", memo: entry.memo };
    const creates = target.creationPolicy === "Owner" || target.creationPolicy === "Orphan";
    if (creates && !sight.seen(target.kind, target.name)) return { kind: "absent" };
  }
  const ref = { namespace: sight.namespace, name: target.name };
  const object = await sight.client.get<TargetObject>(resourceTypeOf[target.kind], ref);
  return object ? { kind: "read", object: observeTarget(target.kind, object, sight.fieldManager) } : { kind: "absent" };
}
