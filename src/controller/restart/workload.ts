import type { KubernetesObject, ResourceType } from "../../kubernetes/objects.ts";
import { resourceTypes } from "../../kubernetes/resource-types.ts";
import { markedVersion, type RestartCause, restartAnnotation, restartMark } from "./annotation.ts";

const types: Readonly<Record<string, ResourceType>> = {
  Deployment: resourceTypes.deployments,
  StatefulSet: resourceTypes.statefulSets,
  DaemonSet: resourceTypes.daemonSets,
  Rollout: resourceTypes.rollouts,
};

/** The schema lets no other kind through. */
export function workloadType(kind: string): ResourceType {
  const type = types[kind];
  if (!type) throw new Error(`no workload kind: ${kind}`);
  return type;
}

export interface WorkloadObject extends KubernetesObject {
  readonly spec?: {
    readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
}

/** What of a workload the plan rests on. */
export interface Workload {
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The data version that it was last restarted for by this ExternalValue; 0: never. */
  readonly marked: number;
}

/** Undefined: it is being deleted. */
export function workloadOf(kind: string, object: WorkloadObject, cause: RestartCause): Workload | undefined {
  const { name, uid = "", resourceVersion = "", deletionTimestamp } = object.metadata;
  if (deletionTimestamp !== undefined) return undefined;
  const annotations = marksItself(kind) ? object.metadata.annotations : object.spec?.template?.metadata?.annotations;
  return { kind, name, uid, resourceVersion, marked: markedVersion(annotations?.[restartAnnotation(cause)], cause) };
}

export interface RestartRequest {
  readonly dataVersion: number;
  readonly cause: RestartCause;
  /** RFC 3339, with seconds. */
  readonly now: string;
}

/**
 * The merge patch that restarts exactly this workload in exactly this state. As `kubectl rollout restart`: an annotation of
 * the pod template. A Rollout of Argo is restarted by `spec.restartAt` instead, since a change of its template would begin
 * a new canary or blue-green release (Argo Rollouts documentation, "Restarting Rollout Pods"); its mark stands beside it.
 */
export function restartPatch(workload: Workload, { dataVersion, cause, now }: RestartRequest): object {
  const { kind, uid, resourceVersion } = workload;
  const annotations = { [restartAnnotation(cause)]: restartMark(dataVersion, cause) };
  if (marksItself(kind)) {
    return { metadata: { uid, resourceVersion, annotations }, spec: { restartAt: now } };
  }
  return { metadata: { uid, resourceVersion }, spec: { template: { metadata: { annotations } } } };
}

const marksItself = (kind: string): boolean => kind === "Rollout";
