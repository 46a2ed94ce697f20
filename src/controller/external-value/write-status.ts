import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { resourceTypes } from "../../kubernetes/resource-types.ts";
import { isNewer } from "../../kubernetes/resource-version.ts";
import { stableJson } from "../target/fingerprint.ts";
import type { Entry } from "./entry.ts";
import { missesStore, readStatus, type StatusModel } from "./status-model.ts";

interface WithStatus extends KubernetesObject {
  readonly status?: unknown;
}

export interface StatusWriter {
  readonly client: KubernetesClient;
  /** Whether this replica may still write for the resource. */
  owns(): boolean;
}

const statusManager = "external-values";

/** The newest status that is known: the watch may lag behind this process's own write. */
export function knownStatus(entry: Entry, object: WithStatus): { status: StatusModel; resourceVersion: string } {
  const watched = object.metadata.resourceVersion ?? "";
  const { written } = entry;
  if (written && isNewer(written.resourceVersion, watched)) return written;
  return { status: readStatus(object.status), resourceVersion: watched };
}

/**
 * What was written is held until the watch shows it, or something newer: from then on it would be held twice. Not in the
 * middle of a visit, which rests on it together with the object as it was at its beginning.
 */
export function forgetShown(entry: Entry, object: KubernetesObject | undefined): void {
  if (entry.visited === true) return;
  const shown = object?.metadata.resourceVersion;
  if (entry.written && shown !== undefined && !isNewer(entry.written.resourceVersion, shown)) entry.written = undefined;
}

/**
 * Writes the status where it differs from what is known. A conflict is resolved once, on the object read fresh: also where
 * its spec was edited meanwhile, since what was made for the former one would else be forgotten, and never removed.
 * @returns false where another operator came first: it had written the very same meanwhile, knows a store where this one
 * knows none (served-here.ts), or has taken over. Then there is nothing to tell any more.
 */
export async function writeStatus(
  entry: Entry,
  object: WithStatus,
  status: StatusModel,
  writer: StatusWriter,
): Promise<boolean> {
  const known = knownStatus(entry, object);
  if (stableJson(known.status) === stableJson(status)) return true;
  try {
    await put(entry, object, status, { client: writer.client, resourceVersion: known.resourceVersion });
    return true;
  } catch (error) {
    if (!(error instanceof ApiError) || (error.status !== 409 && error.status !== 404)) throw error;
    return await writeAgain(entry, object, { status, known: known.status }, writer);
  }
}

async function writeAgain(
  entry: Entry,
  object: WithStatus,
  { status, known }: { readonly status: StatusModel; readonly known: StatusModel },
  { client, owns }: StatusWriter,
): Promise<boolean> {
  const fresh = await client.get<WithStatus>(resourceTypes.externalValues, object.metadata);
  // Deleted or made anew: its own event brings it here again.
  if (fresh?.metadata.uid !== entry.uid) return true;
  const { resourceVersion = "" } = fresh.metadata;
  const found = readStatus(fresh.status);
  const isOthers = stableJson(found) !== stableJson(known);
  const isSaid = stableJson(found) === stableJson(status) || (isOthers && missesStore(status));
  // A replica that slept has lost its Lease: the one that serves now knows a newer spec.
  const isLate = found.observedGeneration > status.observedGeneration || !owns();
  if (isSaid || isLate) {
    entry.written = { status: found, resourceVersion };
    return false;
  }
  await put(entry, object, status, { client, resourceVersion });
  return true;
}

async function put(
  entry: Entry,
  object: WithStatus,
  status: StatusModel,
  { client, resourceVersion }: { readonly client: KubernetesClient; readonly resourceVersion: string },
): Promise<void> {
  const { name, namespace, uid } = object.metadata;
  const body = {
    apiVersion: "externalvalues.dev/v1alpha1",
    kind: "ExternalValue",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      resourceVersion,
    },
    status,
  };
  const answer = await client.replaceStatus(resourceTypes.externalValues, body, {
    fieldManager: statusManager,
    // Its resourceVersion is all that is read of the answer.
    metadataOnly: true,
  });
  entry.written = { status, resourceVersion: answer.metadata.resourceVersion ?? resourceVersion };
}
