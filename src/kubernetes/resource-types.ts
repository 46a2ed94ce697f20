import type { ResourceType } from "./objects.ts";

const core = { group: "", version: "v1" } as const;
const apps = { group: "apps", version: "v1" } as const;
const ours = { group: "externalvalues.dev", version: "v1alpha1" } as const;

/** The kinds that the operator reads and writes. */
export const resourceTypes = {
  secrets: { ...core, kind: "Secret", plural: "secrets", namespaced: true },
  configMaps: { ...core, kind: "ConfigMap", plural: "configmaps", namespaced: true },
  namespaces: { ...core, kind: "Namespace", plural: "namespaces", namespaced: false },
  serviceAccounts: { ...core, kind: "ServiceAccount", plural: "serviceaccounts", namespaced: true },
  events: { group: "events.k8s.io", version: "v1", kind: "Event", plural: "events", namespaced: true },
  leases: { group: "coordination.k8s.io", version: "v1", kind: "Lease", plural: "leases", namespaced: true },
  deployments: { ...apps, kind: "Deployment", plural: "deployments", namespaced: true },
  statefulSets: { ...apps, kind: "StatefulSet", plural: "statefulsets", namespaced: true },
  daemonSets: { ...apps, kind: "DaemonSet", plural: "daemonsets", namespaced: true },
  rollouts: { group: "argoproj.io", version: "v1alpha1", kind: "Rollout", plural: "rollouts", namespaced: true },
  externalValues: { ...ours, kind: "ExternalValue", plural: "externalvalues", namespaced: true },
  clusterExternalValues: { ...ours, kind: "ClusterExternalValue", plural: "clusterexternalvalues", namespaced: false },
  valueStores: { ...ours, kind: "ValueStore", plural: "valuestores", namespaced: true },
  clusterValueStores: { ...ours, kind: "ClusterValueStore", plural: "clustervaluestores", namespaced: false },
} as const satisfies Readonly<Record<string, ResourceType>>;

/** `v1` for the core group, else `group/version`. */
export function apiVersionOf(type: ResourceType): string {
  return type.group === "" ? type.version : `${type.group}/${type.version}`;
}

/** Its objects hold values of users: nothing that the API server says about their content may be repeated. */
export function holdsValues(type: ResourceType): boolean {
  return type.group === "" && (type.plural === "secrets" || type.plural === "configmaps");
}
