import { clusterExternalValueSpec, clusterExternalValueStatus } from "./cluster-external-value.ts";
import { externalValueSpec, externalValueStatus } from "./external-value.ts";
import type { Column, Resource } from "./schema/custom-resource-definition.ts";
import { clusterValueStoreSpec, storeStatus, valueStoreSpec } from "./value-store.ts";

const ready: Column = { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' };
const reason: Column = { name: "Reason", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].reason' };
const age: Column = { name: "Age", type: "date", jsonPath: ".metadata.creationTimestamp" };

const storeColumns: readonly Column[] = [
  { name: "Region", type: "string", jsonPath: ".status.activeRegion" },
  { name: "Account", type: "string", jsonPath: ".status.identity.account" },
  ready,
  reason,
  age,
];

/** Every kind of the group: the source of `crds/` and of the reference documentation. */
export const resources: readonly Resource[] = [
  {
    kind: "ExternalValue",
    plural: "externalvalues",
    shortName: "exv",
    namespaced: true,
    description:
      "Values of AWS Parameter Store and Secrets Manager, kept in a Secret and a ConfigMap of this namespace.",
    spec: externalValueSpec,
    status: externalValueStatus,
    columns: [
      { name: "Store", type: "string", jsonPath: ".status.store" },
      ready,
      reason,
      { name: "Keys", type: "integer", jsonPath: ".status.counts.total" },
      { name: "Interval", type: "string", jsonPath: ".spec.refreshInterval" },
      { name: "Last change", type: "date", jsonPath: ".status.lastChangedTime" },
      age,
    ],
  },
  {
    kind: "ClusterExternalValue",
    plural: "clusterexternalvalues",
    shortName: "cexv",
    namespaced: false,
    description: "One ExternalValue in each matching namespace.",
    spec: clusterExternalValueSpec,
    status: clusterExternalValueStatus,
    columns: [
      { name: "Namespaces", type: "integer", jsonPath: ".status.namespaces.matching" },
      { name: "Failing", type: "integer", jsonPath: ".status.namespaces.failing" },
      ready,
      reason,
      age,
    ],
  },
  {
    kind: "ValueStore",
    plural: "valuestores",
    shortName: "vst",
    namespaced: true,
    description: "Where the ExternalValues of this namespace read, as whom, and within which limits.",
    spec: valueStoreSpec,
    status: storeStatus,
    columns: storeColumns,
  },
  {
    kind: "ClusterValueStore",
    plural: "clustervaluestores",
    shortName: "cvst",
    namespaced: false,
    description: "Where the ExternalValues of all namespaces read, as whom, and who may read what.",
    spec: clusterValueStoreSpec,
    status: storeStatus,
    columns: storeColumns,
  },
];
