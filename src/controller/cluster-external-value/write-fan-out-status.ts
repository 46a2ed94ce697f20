import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import { operatorFieldManager } from "../../kubernetes/field-manager.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { apiVersionOf, resourceTypes } from "../../kubernetes/resource-types.ts";
import { isNewer } from "../../kubernetes/resource-version.ts";
import { stableJson } from "../target/fingerprint.ts";
import type { FanOutStatus } from "./fan-out-status.ts";

/** A status as this process last wrote it: the watch may lag behind. */
export interface WrittenStatus {
  readonly status: unknown;
  readonly resourceVersion: string;
}

/** The newest status that is known. */
export function knownFanOutStatus(
  object: KubernetesObject & { readonly status?: unknown },
  written: WrittenStatus | undefined,
): WrittenStatus {
  const resourceVersion = object.metadata.resourceVersion ?? "";
  if (written && isNewer(written.resourceVersion, resourceVersion)) return written;
  return { status: object.status, resourceVersion };
}

/** Writes the status where it differs from what is known. `raced`: somebody else wrote; to be looked at again. */
export async function writeFanOutStatus(
  object: KubernetesObject,
  status: FanOutStatus,
  known: WrittenStatus,
  client: KubernetesClient,
): Promise<WrittenStatus | "raced"> {
  if (stableJson(known.status) === stableJson(status)) return known;
  const type = resourceTypes.clusterExternalValues;
  const { name, uid = "" } = object.metadata;
  const metadata = { name, uid, resourceVersion: known.resourceVersion };
  const body = { apiVersion: apiVersionOf(type), kind: type.kind, metadata, status };
  try {
    const answer = await client.replaceStatus(type, body, { fieldManager: operatorFieldManager });
    return { status, resourceVersion: answer.metadata.resourceVersion ?? known.resourceVersion };
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 404)) throw error;
    return "raced";
  }
}
