import { collectionPath, type KindOfObject, objectPath } from "../../test/support/api-paths.ts";
import { apiRequest } from "../../test/support/api-request.ts";
import type { ClusterObject } from "../../test/support/cluster.ts";
import type { Connection } from "../../test/support/kubeconfig.ts";
import type { OperatorAdapter } from "./adapter.ts";
import { inParallel } from "./in-parallel.ts";
import { namespaceName, type Work, type WorkResource } from "./work.ts";

/** As many as the operator's own client has in flight. */
const workers = 16;

const secret: KindOfObject = { apiVersion: "v1", kind: "Secret" };

export async function createResource(
  connection: Connection,
  adapter: OperatorAdapter,
  resource: WorkResource,
): Promise<ClusterObject> {
  const body = adapter.manifest(resource);
  const path = await collectionPath(connection, body, resource.namespace);
  return await apiRequest<ClusterObject>(connection, { method: "POST", path, body });
}

/** Creates them all and returns them as the API server made them. */
export async function createResources(
  connection: Connection,
  adapter: OperatorAdapter,
  resources: readonly WorkResource[],
): Promise<ReadonlyMap<WorkResource, ClusterObject>> {
  const made = new Map<WorkResource, ClusterObject>();
  await inParallel(workers, resources, async (resource) => {
    made.set(resource, await createResource(connection, adapter, resource));
  });
  return made;
}

/**
 * The floor of "all ready": for every resource one owned apply of its Secret and one write of its status, by a plain
 * client that knows beforehand what to write. Returns seconds.
 */
export async function writeBare(
  connection: Connection,
  adapter: OperatorAdapter,
  resources: ReadonlyMap<WorkResource, ClusterObject>,
): Promise<number> {
  const begun = performance.now();
  await inParallel(workers, resources, async ([resource, object]) => {
    await applyOwned(connection, resource, object);
    const path = await objectPath(connection, { ...adapter.resource, ...resource });
    const { managedFields: _, ...metadata } = object.metadata;
    const body = { ...object, metadata, status: adapter.readyStatus(resource) };
    await apiRequest(connection, { method: "PUT", path: `${path}/status`, body });
  });
  return (performance.now() - begun) / 1000;
}

async function applyOwned(connection: Connection, resource: WorkResource, owner: ClusterObject): Promise<void> {
  const { apiVersion, kind, metadata } = owner;
  const keys = [...resource.parameters, ...resource.properties].map(({ key }) => key);
  const path = await objectPath(connection, { ...secret, ...resource });
  await apiRequest(connection, {
    method: "PATCH",
    path: `${path}?fieldManager=bare&force=true`,
    contentType: "application/apply-patch+yaml",
    body: {
      ...secret,
      metadata: {
        name: resource.name,
        namespace: resource.namespace,
        ownerReferences: [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }],
      },
      data: Object.fromEntries(keys.map((key) => [key, Buffer.alloc(40, "v").toString("base64")])),
    },
  });
}

/** Deletes every resource and every Secret of the work. */
export async function clearWork(connection: Connection, adapter: OperatorAdapter, work: Work): Promise<void> {
  const namespaces = Array.from({ length: work.namespaces }, (_, index) => namespaceName(index));
  await inParallel(4, namespaces, async (namespace) => {
    for (const kind of [secret, adapter.resource]) {
      const path = await collectionPath(connection, kind, namespace);
      await apiRequest(connection, { method: "DELETE", path });
    }
  });
}

export async function deleteSecret(connection: Connection, resource: WorkResource): Promise<void> {
  const path = await objectPath(connection, { ...secret, ...resource });
  await apiRequest(connection, { method: "DELETE", path });
}
