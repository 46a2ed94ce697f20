import type { ExternalValueObject } from "../api/external-value.ts";
import type { TargetKind } from "../api/model.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";

export interface NamedTarget {
  readonly kind: TargetKind;
  readonly name: string;
}

/**
 * The targets that an ExternalValue may hold keys of, by the object alone: what its spec names, whether or not anything
 * goes there, and what its status says that it has written.
 */
export function namedTargets(object: KubernetesObject): readonly NamedTarget[] {
  // The CRD has checked its shape.
  const { metadata, spec, status } = object as Partial<ExternalValueObject> & KubernetesObject;
  const all = [
    { kind: "Secret", name: spec?.secret?.name ?? metadata.name },
    { kind: "ConfigMap", name: spec?.configMap?.name ?? metadata.name },
    ...(status?.targets ?? []),
  ];
  return [...new Map(all.filter(isTarget).map((target) => [`${target.kind}/${target.name}`, target])).values()];
}

function isTarget(row: { readonly kind: string; readonly name: string }): row is NamedTarget {
  return row.kind === "Secret" || row.kind === "ConfigMap";
}
