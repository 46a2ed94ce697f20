import type { KubernetesObject } from "./objects.ts";

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * Drops what nobody here reads: the managed fields, half of an object's size, and the last applied configuration, which
 * of a Secret carries its data.
 */
export function dropBallast<T extends KubernetesObject>(object: T): T {
  const { managedFields, annotations, ...metadata } = object.metadata;
  if (managedFields === undefined && annotations?.[lastApplied] === undefined) return object;
  const { [lastApplied]: _dropped, ...kept } = annotations ?? {};
  return { ...object, metadata: annotations === undefined ? metadata : { ...metadata, annotations: kept } };
}
