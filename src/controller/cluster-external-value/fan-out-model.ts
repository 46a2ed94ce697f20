import { type ClusterExternalValueSpec, clusterExternalValueSpec } from "../../api/cluster-external-value.ts";
import type { Failure } from "../../api/conditions.ts";
import type { ExternalValueSpec } from "../../api/external-value.ts";
import type { LabelSelector, StoreRef } from "../../api/model.ts";
import { parseExternalValue } from "../../api/parse-external-value.ts";
import { refuse } from "../../api/parsing/parse-result.ts";
import { checkValue } from "../../api/schema/check-value.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";

/** A ClusterExternalValue after parsing, with its defaults. */
export interface FanOutModel {
  readonly name: string;
  readonly uid: string;
  readonly generation: number;
  readonly selectors: readonly LabelSelector[];
  readonly namespaces: readonly string[];
  readonly child: ChildTemplate;
  /** Every store that the ExternalValues read from. */
  readonly stores: readonly StoreRef[];
}

/** What the ExternalValue of each namespace looks like. */
export interface ChildTemplate {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly spec: ExternalValueSpec;
}

export type ParsedFanOut =
  | { readonly ok: true; readonly value: FanOutModel }
  | { readonly ok: false; readonly failure: Failure };

/** Parses one, its ExternalValue included: a mistake is told once here, and not in each of a hundred namespaces. */
export function parseClusterExternalValue(object: KubernetesObject & { readonly spec?: unknown }): ParsedFanOut {
  const findings = checkValue(clusterExternalValueSpec, object.spec, "spec");
  if (findings.length > 0) return refuse(findings);
  // checkValue has just seen that it is one.
  const spec = object.spec as ClusterExternalValueSpec;
  const { name, uid = "", generation = 0 } = object.metadata;
  const child = childTemplate(spec, name);
  // In a cluster-wide install, the only one where this kind is served, the default store is the ClusterValueStore.
  const parsed = parseExternalValue(
    { metadata: { name: child.name, namespace: "any" }, spec: spec.externalValueSpec },
    { defaultStoreKind: "ClusterValueStore" },
  );
  if (!parsed.ok) {
    const field = (within: string): string => within.replace(/^spec/, "spec.externalValueSpec");
    return refuse(parsed.findings.map((finding) => ({ ...finding, field: field(finding.field) })));
  }
  const { data, dataFrom } = parsed.value;
  return {
    ok: true,
    value: {
      name,
      uid,
      generation,
      selectors: spec.namespaceSelectors ?? [],
      namespaces: spec.namespaces ?? [],
      child,
      stores: [...data, ...dataFrom].map(({ store }) => store),
    },
  };
}

function childTemplate(
  { externalValueName, externalValueMetadata, externalValueSpec }: ClusterExternalValueSpec,
  name: string,
): ChildTemplate {
  return {
    name: externalValueName ?? name,
    labels: externalValueMetadata?.labels ?? {},
    annotations: externalValueMetadata?.annotations ?? {},
    spec: externalValueSpec,
  };
}
