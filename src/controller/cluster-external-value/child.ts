import { createHash } from "node:crypto";
import type { Condition } from "../../api/conditions.ts";
import type { KubernetesObject, OwnerReference } from "../../kubernetes/objects.ts";
import { apiVersionOf, resourceTypes } from "../../kubernetes/resource-types.ts";
import { stableJson } from "../target/fingerprint.ts";
import { templateHashAnnotation } from "../target/names.ts";
import type { ChildTemplate, FanOutModel } from "./fan-out-model.ts";

/** An ExternalValue as watched. */
export interface ChildObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

/** Of the ExternalValues of a fan-out: so that they are told apart from those that people write. */
export const fanOutFieldManager = "external-values-fan-out";

/** The uid of the ClusterExternalValue that controls it. */
export function parentOf({ metadata }: KubernetesObject): OwnerReference | undefined {
  const controller = metadata.ownerReferences?.find((reference) => reference.controller === true);
  const isParent =
    controller?.kind === "ClusterExternalValue" && controller.apiVersion.startsWith("externalvalues.dev/");
  return isParent ? controller : undefined;
}

/** Of names and references, no values. */
function templateHash(template: ChildTemplate): string {
  return createHash("sha256").update(stableJson(template)).digest("hex").slice(0, 16);
}

/** Whether it is as the template asks for: what it was written from, and what it says now. */
export function isInStep({ metadata, spec }: ChildObject, template: ChildTemplate): boolean {
  const { labels = {}, annotations = {} } = metadata;
  return (
    annotations[templateHashAnnotation] === templateHash(template) &&
    includes(labels, template.labels) &&
    includes(annotations, template.annotations) &&
    stableJson(spec) === stableJson(template.spec)
  );
}

function includes(present: Readonly<Record<string, string>>, wanted: Readonly<Record<string, string>>): boolean {
  return Object.entries(wanted).every(([name, value]) => present[name] === value);
}

/** To be created. Without blockOwnerDeletion, and a finalizer on nothing: no namespace is held up. */
export function newChild({ child, name, uid }: FanOutModel, namespace: string): ChildObject {
  const type = resourceTypes.externalValues;
  return {
    apiVersion: apiVersionOf(type),
    kind: type.kind,
    metadata: {
      name: child.name,
      namespace,
      labels: child.labels,
      annotations: { ...child.annotations, [templateHashAnnotation]: templateHash(child) },
      ownerReferences: [{ apiVersion: apiVersionOf(type), kind: "ClusterExternalValue", name, uid, controller: true }],
    },
    spec: child.spec,
  };
}

/** How it stands. `unseen`: its operator has not looked at this generation yet. */
export type Standing =
  | { readonly kind: "ready" }
  | { readonly kind: "unseen" }
  | { readonly kind: "failing"; readonly reason: string; readonly message: string };

export function standingOf({ metadata, status }: ChildObject): Standing {
  const { observedGeneration, conditions } = (status ?? {}) as {
    readonly observedGeneration?: number;
    readonly conditions?: readonly Condition[];
  };
  const ready = conditions?.find(({ type }) => type === "Ready");
  if (!ready || observedGeneration !== metadata.generation) return { kind: "unseen" };
  if (ready.status === "True") return { kind: "ready" };
  return ready.status === "Unknown"
    ? { kind: "unseen" }
    : { kind: "failing", reason: ready.reason, message: ready.message };
}
