import { apiRequest } from "./api-request.ts";
import type { Connection } from "./kubeconfig.ts";

export interface KindOfObject {
  readonly apiVersion: string;
  readonly kind: string;
}

/** One object. `namespace` is ignored for a cluster-scoped kind. */
export interface TestRef extends KindOfObject {
  readonly name: string;
  readonly namespace?: string;
}

interface Resource {
  readonly name: string;
  readonly kind: string;
  readonly namespaced: boolean;
}

const discovered = new Map<string, Resource>();

/** The path of a collection, by the API server's own discovery; across namespaces without `namespace`. */
export async function collectionPath(connection: Connection, kind: KindOfObject, namespace?: string): Promise<string> {
  const resource = await resourceOf(connection, kind);
  const inNamespace = resource.namespaced && namespace !== undefined ? `/namespaces/${namespace}` : "";
  return `${groupPath(kind.apiVersion)}${inNamespace}/${resource.name}`;
}

/** The path of one object. Throws for a namespaced kind without a namespace. */
export async function objectPath(connection: Connection, ref: TestRef): Promise<string> {
  const resource = await resourceOf(connection, ref);
  if (resource.namespaced && ref.namespace === undefined) throw new Error(`${ref.kind}/${ref.name} needs a namespace`);
  return `${await collectionPath(connection, ref, ref.namespace)}/${ref.name}`;
}

async function resourceOf(connection: Connection, { apiVersion, kind }: KindOfObject): Promise<Resource> {
  const key = `${connection.url} ${apiVersion} ${kind}`;
  const known = discovered.get(key);
  if (known !== undefined) return known;
  const request = { method: "GET", path: groupPath(apiVersion) } as const;
  const { resources } = await apiRequest<{ resources: Resource[] }>(connection, request);
  const resource = resources.find((candidate) => candidate.kind === kind && !candidate.name.includes("/"));
  if (resource === undefined) throw new Error(`the API server has no ${apiVersion} ${kind}`);
  discovered.set(key, resource);
  return resource;
}

function groupPath(apiVersion: string): string {
  return apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
}
