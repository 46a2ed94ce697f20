import { randomBytes } from "node:crypto";
import { parseAllDocuments } from "yaml";
import type { KubernetesObject } from "../../src/kubernetes/objects.ts";
import { collectionPath, type KindOfObject, objectPath, type TestRef } from "./api-paths.ts";
import { ApiServerError, apiRequest } from "./api-request.ts";
import { watchUntil } from "./cluster-watch.ts";
import type { Connection } from "./kubeconfig.ts";

/** An object as tests look at it: the fields that they read, loosely typed. */
export interface ClusterObject extends KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec?: unknown;
  readonly data?: Readonly<Record<string, string>>;
  readonly binaryData?: Readonly<Record<string, string>>;
  readonly type?: string;
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly {
      readonly type: string;
      readonly status: string;
      readonly reason?: string;
      readonly message?: string;
    }[];
    readonly [field: string]: unknown;
  };
  readonly [field: string]: unknown;
}

/** An Event of core/v1 or events.k8s.io/v1, as one shape. */
export interface ClusterEvent {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly about: { readonly kind: string; readonly name: string };
}

export interface Until {
  /** For the message of the failure: "checkout is Ready". */
  readonly what: string;
  /** Default 30,000. */
  readonly timeoutMs?: number;
}

/** The API server, as one user, in the few verbs that tests need. */
export interface Cluster {
  readonly connection: Connection;
  /** Makes a namespace with a random name. */
  createNamespace(prefix: string, labels?: Readonly<Record<string, string>>): Promise<string>;
  /** Server-side apply of every document; `namespace` is for those that name none. Returns what the API server made of them. */
  apply(yaml: string, namespace?: string): Promise<ClusterObject[]>;
  /** POST. Rejects where the object is there. */
  create(object: ClusterObject): Promise<ClusterObject>;
  get(ref: TestRef): Promise<ClusterObject | undefined>;
  list(kind: KindOfObject, namespace?: string, labelSelector?: string): Promise<ClusterObject[]>;
  /** JSON merge patch. */
  patch(ref: TestRef, patch: unknown): Promise<ClusterObject>;
  /** Resolves also where it is already gone. */
  delete(ref: TestRef): Promise<void>;
  /** Watches until `test` is true of the object; fails with its last state, values masked. */
  until(ref: TestRef, test: (object: ClusterObject) => boolean, until: Until): Promise<ClusterObject>;
  untilGone(ref: TestRef, timeoutMs?: number): Promise<void>;
  /** Events of a namespace, about one object where `name` is given. */
  events(namespace: string, name?: string): Promise<ClusterEvent[]>;
  /** A token for a ServiceAccount, by TokenRequest. */
  createToken(namespace: string, serviceAccount: string, audiences?: readonly string[]): Promise<string>;
}

export function createCluster(connection: Connection): Cluster {
  const send = async <T>(method: "GET" | "POST" | "PATCH" | "DELETE", path: string, body?: unknown, type?: string) =>
    await apiRequest<T>(connection, {
      method,
      path,
      ...(body === undefined ? {} : { body }),
      ...(type === undefined ? {} : { contentType: type }),
    });

  const cluster: Cluster = {
    connection,
    async createNamespace(prefix, labels = {}) {
      const name = `${prefix}-${randomBytes(4).toString("hex")}`;
      await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name, labels } });
      return name;
    },
    async apply(yaml, namespace) {
      const applied: ClusterObject[] = [];
      for (const object of objectsIn(yaml)) {
        const path = await objectPath(connection, await located(object, namespace));
        const query = "?fieldManager=bench&force=true";
        applied.push(await send<ClusterObject>("PATCH", path + query, object, "application/apply-patch+yaml"));
      }
      return applied;
    },
    async create(object) {
      const path = await collectionPath(connection, object, object.metadata.namespace);
      return await send<ClusterObject>("POST", path, object);
    },
    async get(ref) {
      return await unlessNotFound(send<ClusterObject>("GET", await objectPath(connection, ref)));
    },
    async list(kind, namespace, labelSelector) {
      const query = labelSelector === undefined ? "" : `?labelSelector=${encodeURIComponent(labelSelector)}`;
      const path = await collectionPath(connection, kind, namespace);
      const { items } = await send<{ items: ClusterObject[] }>("GET", path + query);
      return items;
    },
    async patch(ref, patch) {
      const path = await objectPath(connection, ref);
      return await send<ClusterObject>("PATCH", path, patch, "application/merge-patch+json");
    },
    async delete(ref) {
      await unlessNotFound(send("DELETE", await objectPath(connection, ref)));
    },
    async until(ref, test, until) {
      const found = await watchUntil(connection, ref, (object) => object !== undefined && test(object), until);
      if (found === undefined) throw new Error("the test holds only for an object");
      return found;
    },
    async untilGone(ref, timeoutMs) {
      const what = `${ref.kind}/${ref.name} is gone`;
      await watchUntil(connection, ref, (object) => object === undefined, {
        what,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
    },
    async events(namespace, name) {
      const events = await cluster.list({ apiVersion: "v1", kind: "Event" }, namespace);
      return events.map(toEvent).filter((event) => name === undefined || event.about.name === name);
    },
    async createToken(namespace, serviceAccount, audiences) {
      const path = `/api/v1/namespaces/${namespace}/serviceaccounts/${serviceAccount}/token`;
      const spec = { expirationSeconds: 3600, ...(audiences === undefined ? {} : { audiences }) };
      const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec };
      const { status } = await send<{ status: { token: string } }>("POST", path, body);
      return status.token;
    },
  };
  return cluster;
}

function objectsIn(yaml: string): ClusterObject[] {
  return parseAllDocuments(yaml)
    .map((document) => document.toJS())
    .filter((object) => object !== null);
}

async function located(object: ClusterObject, namespace: string | undefined): Promise<TestRef> {
  const own = object.metadata.namespace ?? namespace;
  return {
    apiVersion: object.apiVersion,
    kind: object.kind,
    name: object.metadata.name,
    ...(own === undefined ? {} : { namespace: own }),
  };
}

async function unlessNotFound<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiServerError && error.status === 404) return undefined;
    throw error;
  }
}

function toEvent(object: ClusterObject): ClusterEvent {
  const about = object["involvedObject"] as ClusterEvent["about"];
  return {
    type: String(object.type),
    reason: String(object["reason"]),
    message: String(object["message"]),
    about: { kind: about.kind, name: about.name },
  };
}
