import type { TargetKind } from "../../api/model.ts";
import type { TargetObject } from "./desired.ts";
import { holdersBelow, isHeldByAlone } from "./managed-fields.ts";
import { dataVersionAnnotation } from "./names.ts";
import type { ObservedTarget } from "./observation.ts";

/** Takes apart a Secret or a ConfigMap as the API server sent it. */
export function observeTarget(kind: TargetKind, object: TargetObject, fieldManager: string): ObservedTarget {
  const { metadata } = object;
  const managed = metadata.managedFields ?? [];
  const holds = (path: readonly string[]): ReadonlySet<string> =>
    new Set(
      [...holdersBelow(managed, path)].flatMap(([field, who]) => (isHeldByAlone(who, fieldManager) ? [field] : [])),
    );
  const ownAnnotations = new Set(holds(["metadata", "annotations"]));
  ownAnnotations.delete(dataVersionAnnotation);
  const applied = managed.filter(({ manager, operation }) => manager === fieldManager && operation === "Apply");
  return {
    kind,
    name: metadata.name,
    uid: metadata.uid ?? "",
    resourceVersion: metadata.resourceVersion ?? "",
    deleting: metadata.deletionTimestamp !== undefined,
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
    ownerReferences: metadata.ownerReferences ?? [],
    type: object.type ?? "",
    immutable: object.immutable === true,
    data: decodeData(kind, object),
    keyManagers: new Map([...holdersBelow(managed, ["data"]), ...holdersBelow(managed, ["binaryData"])]),
    appliedKeys: new Set([...holdersBelow(applied, ["data"]).keys(), ...holdersBelow(applied, ["binaryData"]).keys()]),
    ownLabels: holds(["metadata", "labels"]),
    ownAnnotations,
  };
}

function decodeData(kind: TargetKind, object: TargetObject): Map<string, Uint8Array> {
  const encoding = kind === "Secret" ? "base64" : "utf8";
  const data = Object.entries(object.data ?? {}).map(([key, text]) => [key, Buffer.from(text, encoding)] as const);
  const binary = Object.entries(object.binaryData ?? {}).map(
    ([key, text]) => [key, Buffer.from(text, "base64")] as const,
  );
  return new Map<string, Uint8Array>([...data, ...binary]);
}
