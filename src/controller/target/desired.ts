import type { TargetModel } from "../../api/model.ts";
import type { KubernetesObject, OwnerReference } from "../../kubernetes/objects.ts";
import type { ComposedTarget } from "../../values/contract.ts";
import { bytesOf } from "./bytes.ts";
import { createdByAnnotation, dataVersionAnnotation, managedLabel } from "./names.ts";

/** Who asks for a target. */
export interface TargetOwner {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** Everything of a target but its data and its dataVersion. */
export interface DesiredShape {
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
  /** Undefined: left as it is (Merge). */
  readonly type: string | undefined;
  readonly immutable: boolean;
  /** True: exactly these keys; false: these keys among others' (Merge). */
  readonly exclusive: boolean;
  /** What the API server does not change in place may be deleted and made again. */
  readonly mayRecreate: boolean;
}

/** The shape that policy and composition ask for. */
export function desiredShape(target: TargetModel, composed: ComposedTarget, owner: TargetOwner): DesiredShape {
  const merges = target.creationPolicy === "Merge" || target.creationPolicy === "CreateOrMerge";
  const marks: Record<string, string> = target.creationPolicy === "Orphan" ? { [createdByAnnotation]: owner.name } : {};
  return {
    labels: { ...composed.labels, [managedLabel]: "true" },
    annotations: { ...composed.annotations, ...marks },
    ownerReferences: target.creationPolicy === "Owner" ? [ownerReference(owner)] : [],
    type: target.kind === "Secret" && !merges ? composed.type : undefined,
    immutable: target.immutable && !merges,
    exclusive: !merges,
    mayRecreate: target.creationPolicy === "Owner",
  };
}

/** A controlling reference without blockOwnerDeletion, which would need a permission on finalizers. */
export function ownerReference(owner: TargetOwner): OwnerReference {
  return {
    apiVersion: "externalvalues.dev/v1alpha1",
    kind: "ExternalValue",
    name: owner.name,
    uid: owner.uid,
    controller: true,
  };
}

export interface TargetObject extends KubernetesObject {
  readonly type?: string;
  readonly immutable?: boolean;
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
}

/** The object to create or to apply; `base` holds the preconditions of an update. */
export function targetObject(
  composed: ComposedTarget,
  shape: DesiredShape,
  place: { readonly namespace: string; readonly dataVersion: number },
  base: { readonly uid?: string; readonly resourceVersion?: string } = {},
): TargetObject {
  return {
    apiVersion: "v1",
    kind: composed.kind,
    metadata: {
      name: composed.name,
      namespace: place.namespace,
      ...base,
      labels: shape.labels,
      annotations: { ...shape.annotations, [dataVersionAnnotation]: String(place.dataVersion) },
      ...(shape.ownerReferences.length > 0 ? { ownerReferences: shape.ownerReferences } : {}),
    },
    ...(shape.type === undefined ? {} : { type: shape.type }),
    ...(shape.immutable ? { immutable: true } : {}),
    ...encodeData(composed),
  };
}

/** Secrets carry base64; a ConfigMap carries text in `data` and what is not UTF-8 in `binaryData`. */
function encodeData(composed: ComposedTarget): Pick<TargetObject, "data" | "binaryData"> {
  const entries = [...composed.data];
  if (composed.kind === "Secret") {
    return { data: record(entries.map(([key, content]) => [key, base64(bytesOf(content))])) };
  }
  const text = entries.flatMap(([key, content]) => (typeof content === "string" ? [[key, content] as const] : []));
  const binary = entries.flatMap(([key, content]) =>
    typeof content === "string" ? [] : [[key, base64(content)] as const],
  );
  return { data: record(text), ...(binary.length > 0 ? { binaryData: record(binary) } : {}) };
}

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");

/** From entries, so that a key such as `__proto__` is a key like any other. */
function record(entries: readonly (readonly [string, string])[]): Record<string, string> {
  return Object.fromEntries(entries);
}
