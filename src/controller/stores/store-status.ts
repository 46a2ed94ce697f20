import type { Failure } from "../../api/conditions.ts";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject, ResourceType } from "../../kubernetes/objects.ts";
import { resourceTypes } from "../../kubernetes/resource-types.ts";
import { stableJson } from "../target/fingerprint.ts";

/** The status of a ValueStore or ClusterValueStore. */
export interface StoreStatusModel {
  readonly observedGeneration: number;
  readonly conditions: readonly {
    readonly type: "Ready";
    readonly status: "True" | "False";
    readonly reason: string;
    readonly message: string;
  }[];
  /** Who reads through the store; left out where each namespace has an identity of its own, or none is known. */
  readonly identity?: { readonly account: string; readonly arn: string };
  readonly activeRegion?: string;
  readonly quota?: { readonly carried: string };
}

export function storeResourceType(object: KubernetesObject): ResourceType {
  return object.kind === "ClusterValueStore" ? resourceTypes.clusterValueStores : resourceTypes.valueStores;
}

/** Ready, or why not. */
export function readyCondition(
  problem: Failure | undefined,
  { identity, carried }: Pick<StoreStatusModel, "identity"> & { readonly carried: string | undefined },
): StoreStatusModel["conditions"][number] {
  if (problem) return { type: "Ready", status: "False", reason: problem.reason, message: problem.message };
  const message = identity ? `reads as ${identity.arn}` : "ready to read";
  return carried === undefined
    ? { type: "Ready", status: "True", reason: "Ready", message }
    : { type: "Ready", status: "True", reason: "QuotaBound", message: `${message}; ${boundBy(carried)}` };
}

/** What it means and what to do. */
function boundBy(carried: string): string {
  return (
    `the limits carry an interval of ${carried} and no shorter one, so values come later than asked, all alike: ` +
    "raise refreshInterval, or spec.limits with the account's quota, or use change events"
  );
}

/** Writes the status where it differs. A conflict means a newer event is on its way. */
export async function writeStoreStatus(
  object: KubernetesObject & { readonly status?: unknown },
  status: StoreStatusModel,
  client: KubernetesClient,
): Promise<void> {
  if (stableJson(object.status) === stableJson(status)) return;
  const { name, namespace, uid, resourceVersion } = object.metadata;
  const metadata = { name, ...(namespace === undefined ? {} : { namespace }), uid, resourceVersion };
  const body = { apiVersion: "externalvalues.dev/v1alpha1", kind: object.kind, metadata, status } as KubernetesObject;
  try {
    await client.replaceStatus(storeResourceType(object), body, { fieldManager: "external-values" });
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 404)) throw error;
  }
}
