import type { TargetModel } from "../../../api/model.ts";
import type { ComposedTarget, Content } from "../../../values/contract.ts";
import type { Claimant } from "../claim.ts";
import { ownerReference } from "../desired.ts";
import { managedLabel } from "../names.ts";
import type { ObservedTarget } from "../observation.ts";

/** `shop/checkout`, and a Secret of it as it stands after one write. */
export const owner = { namespace: "shop", name: "checkout", uid: "uid-owner" };
export const fieldManager = "external-values/checkout";
export const otherManager = "external-values/other";

export function target(fields: Partial<TargetModel> = {}): TargetModel {
  return {
    kind: "Secret",
    name: "checkout",
    type: "Opaque",
    creationPolicy: "Owner",
    deletionPolicy: "Retain",
    immutable: false,
    labels: {},
    annotations: {},
    ...fields,
  };
}

export function composed(
  data: Readonly<Record<string, Content>>,
  fields: Partial<Omit<ComposedTarget, "data">> = {},
): ComposedTarget {
  return {
    kind: "Secret",
    name: "checkout",
    type: "Opaque",
    labels: {},
    annotations: {},
    ...fields,
    data: new Map(Object.entries(data)),
  };
}

export function claimant(fields: Partial<Claimant> = {}): Claimant {
  return {
    target: target(),
    owner,
    fieldManager,
    knownUids: new Set(),
    isLiving: () => true,
    ...fields,
  };
}

/** As this ExternalValue left it under Owner; `data` is held by its manager. */
export function observed(data: Readonly<Record<string, string>>, fields: Partial<ObservedTarget> = {}): ObservedTarget {
  return {
    kind: "Secret",
    name: "checkout",
    uid: "uid-target",
    resourceVersion: "7",
    deleting: false,
    labels: { [managedLabel]: "true" },
    annotations: { "externalvalues.dev/data-version": "3" },
    ownerReferences: [ownerReference(owner)],
    type: "Opaque",
    immutable: false,
    data: new Map(Object.entries(data).map(([key, text]) => [key, Buffer.from(text)])),
    keyManagers: new Map(Object.keys(data).map((key) => [key, [fieldManager]])),
    appliedKeys: new Set(Object.keys(data)),
    ownLabels: new Set([managedLabel]),
    ownAnnotations: new Set(),
    ...fields,
  };
}

/** As somebody else made it. */
export function foreign(data: Readonly<Record<string, string>>, fields: Partial<ObservedTarget> = {}): ObservedTarget {
  return observed(data, {
    uid: "uid-foreign",
    labels: {},
    annotations: {},
    ownerReferences: [],
    keyManagers: new Map(Object.keys(data).map((key) => [key, ["kubectl"]])),
    appliedKeys: new Set(),
    ownLabels: new Set(),
    ...fields,
  });
}
