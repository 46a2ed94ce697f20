import type { Cluster, ClusterObject } from "../../support/cluster.ts";
import { textOf } from "./fault-bench.ts";

/**
 * All that a namespace holds of ours, in a form in which two runs of one scenario are equal: names of the run, UIDs,
 * versions and times are replaced by what they stand for.
 */
export interface EndState {
  readonly secrets: Readonly<Record<string, TargetState>>;
  readonly configMaps: Readonly<Record<string, TargetState>>;
  readonly externalValues: Readonly<Record<string, unknown>>;
  /** What a scenario looks at besides. */
  readonly more?: unknown;
}

export interface TargetState {
  readonly data: Readonly<Record<string, string>>;
  readonly type: string | undefined;
  readonly labels: unknown;
  readonly annotations: unknown;
  readonly owners: unknown;
}

/** `more`: what else is to be compared, in the same form. */
export async function readEndState(
  cluster: Cluster,
  namespace: string,
  more?: () => Promise<unknown>,
): Promise<EndState> {
  const own = await readNamespace(cluster, namespace);
  const state: EndState = more ? { ...own, more: await more() } : own;
  return JSON.parse(anonymous(JSON.stringify(state), namespace));
}

/** As it is, names of the run included. */
export async function readNamespace(cluster: Cluster, namespace: string): Promise<EndState> {
  const [secrets, configMaps, externalValues] = await Promise.all([
    cluster.list({ apiVersion: "v1", kind: "Secret" }, namespace),
    cluster.list({ apiVersion: "v1", kind: "ConfigMap" }, namespace),
    cluster.list({ apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue" }, namespace),
  ]);
  const ours = configMaps.filter(({ metadata }) => metadata.name !== "kube-root-ca.crt");
  return {
    secrets: byName(secrets, (object) => targetState(object, textOf(object) ?? {})),
    configMaps: byName(ours, (object) => targetState(object, { ...object.data, ...object.binaryData })),
    externalValues: byName(externalValues, statusOf),
  };
}

function byName<T>(objects: readonly ClusterObject[], read: (object: ClusterObject) => T): Readonly<Record<string, T>> {
  const sorted = [...objects].sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
  return Object.fromEntries(sorted.map((object) => [object.metadata.name, read(object)]));
}

function targetState(object: ClusterObject, data: Readonly<Record<string, string>>): TargetState {
  const { labels, annotations, ownerReferences = [] } = object.metadata;
  const owners = ownerReferences.map(({ uid: _uid, ...owner }) => owner);
  return { data, type: object.type, labels, annotations, owners };
}

/** The status without what differs from run to run by its nature. */
export function statusOf(object: ClusterObject): unknown {
  const text = JSON.stringify(object.status ?? {}, (key, value) =>
    ["resourceVersion", "uid", "observedGeneration", "version", "inputs"].includes(key) && value !== undefined
      ? `<${key}>`
      : value,
  );
  const { observedGeneration } = object.status ?? {};
  return { ...JSON.parse(text), isObserved: observedGeneration === object.metadata.generation };
}

function anonymous(text: string, namespace: string): string {
  return text
    .replaceAll(namespace, "<place>")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z/g, "<time>")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>");
}
