import type { KubeConfig } from "@kubernetes/client-node";
import { createTurns, type Turns } from "../event-loop/turns.ts";
import { collectionPath, listPath, objectPath, watchPath, withQuery } from "./api-path.ts";
import { createApiRequester, type RequestObserver } from "./api-requester.ts";
import { ApiError, type KubernetesClient, type ListPage, type WriteOptions } from "./client.ts";
import { type Clock, monotonicClock } from "./clock.ts";
import type { KubernetesObject, ObjectRef, ResourceType } from "./objects.ts";
import { apiVersionOf, resourceTypes } from "./resource-types.ts";
import { type BookmarkHabit, readWatch } from "./watch-stream.ts";

export interface KubernetesClientOptions {
  readonly kubeConfig: KubeConfig;
  /** Of the operator, for the user agent `external-values/<version>`. */
  readonly version: string;
  /** Requests in flight at once, watches and Leases apart. Default 16: more of them take no less time. */
  readonly concurrency?: number;
  /** For a whole request and its answer. Default 30 s. */
  readonly requestTimeoutMs?: number;
  /** How long a watch may be silent beyond its own timeout. Default 20 s. */
  readonly watchGraceMs?: number;
  readonly clock?: Clock;
  /** Of the process, where other parts share the event loop. Default: its own. */
  readonly turns?: Turns;
  /** Told of every answer, for metrics. */
  readonly observe?: RequestObserver;
}

const metadata = "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1";
const metadataList = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/** Requests to the API server over kept-alive connections, as plain JSON. */
export function createKubernetesClient(options: KubernetesClientOptions): KubernetesClient {
  const clock = options.clock ?? monotonicClock;
  const turns = options.turns ?? createTurns({ now: clock.now });
  const requester = createApiRequester({
    kubeConfig: options.kubeConfig,
    userAgent: `external-values/${options.version}`,
    concurrency: options.concurrency ?? 16,
    timeoutMs: options.requestTimeoutMs ?? 30_000,
    clock,
    turns,
    observe: options.observe ?? (() => {}),
  });
  const { request } = requester;
  const habits = new Map<string, BookmarkHabit>();

  function habitOf(type: ResourceType): BookmarkHabit {
    const kind = `${apiVersionOf(type)}/${type.kind}`;
    const known = habits.get(kind) ?? { expected: true };
    habits.set(kind, known);
    return known;
  }

  async function read<T>(type: ResourceType, ref: ObjectRef, accept: string | undefined, signal?: AbortSignal) {
    try {
      const path = objectPath(type, ref);
      return await request<T>({ verb: "get", method: "GET", type, path, ...(accept ? { accept } : {}), signal });
    } catch (error) {
      if (error instanceof ApiError && error.status === 404 && error.reason === "NotFound") return undefined;
      throw error;
    }
  }

  return {
    get: (type, ref, { signal } = {}) => read(type, ref, undefined, signal),
    getMetadata: (type, ref, { signal } = {}) => read(type, ref, metadata, signal),

    async list<T extends KubernetesObject>(
      type: ResourceType,
      query: Parameters<KubernetesClient["list"]>[1],
      { signal } = {} as { signal?: AbortSignal },
    ) {
      const accept = query.metadataOnly ? { accept: metadataList } : {};
      const answer = await request<ListAnswer<T>>({
        verb: "list",
        method: "GET",
        type,
        path: listPath(type, query),
        ...accept,
        signal,
      });
      return pageOf(answer);
    },

    create(type, object, write) {
      const path = withQuery(collectionPath(type, object.metadata.namespace), { fieldManager: write.fieldManager });
      return request({ verb: "create", method: "POST", type, path, body: typed(type, object), ...answerOf(write) });
    },

    apply(type, object, write) {
      const query = { fieldManager: write.fieldManager, force: write.force };
      const path = withQuery(objectPath(type, object.metadata), query);
      const contentType = "application/apply-patch+yaml";
      return request({
        verb: "apply",
        method: "PATCH",
        type,
        path,
        contentType,
        body: typed(type, object),
        ...answerOf(write),
      });
    },

    mergePatch(type, ref, patch, write) {
      const path = withQuery(objectPath(type, ref), { fieldManager: write.fieldManager });
      const contentType = "application/merge-patch+json";
      return request({ verb: "patch", method: "PATCH", type, path, contentType, body: patch, ...answerOf(write) });
    },

    replaceStatus(type, object, write) {
      const path = withQuery(objectPath(type, object.metadata, "status"), { fieldManager: write.fieldManager });
      return request({ verb: "update", method: "PUT", type, path, body: typed(type, object), ...answerOf(write) });
    },

    async delete(type, ref, preconditions, { signal } = {}) {
      const body = { apiVersion: "v1", kind: "DeleteOptions", propagationPolicy: "Background", preconditions };
      try {
        await request({ verb: "delete", method: "DELETE", type, path: objectPath(type, ref), body, signal });
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 404)) throw error;
      }
    },

    async createToken(serviceAccount, spec, { signal } = {}) {
      const type = resourceTypes.serviceAccounts;
      const body = { apiVersion: "authentication.k8s.io/v1", kind: "TokenRequest", spec };
      const path = objectPath(type, serviceAccount, "token");
      const answer = await request<{ status: { token: string; expirationTimestamp: string } }>({
        verb: "create",
        method: "POST",
        type,
        path,
        body,
        signal,
      });
      return answer.status;
    },

    async *watch(type, query, { signal, onOpen }) {
      const accept = query.metadataOnly ? { accept: metadata } : {};
      const path = watchPath(type, query);
      const response = await requester.open({ verb: "watch", method: "GET", type, path, ...accept, signal });
      onOpen?.();
      const silenceMs = query.timeoutSeconds * 1_000 + (options.watchGraceMs ?? 20_000);
      yield* readWatch(response, { clock, silenceMs, habit: habitOf(type), turns });
    },

    close: () => requester.close(),
  };
}

interface ListAnswer<T> {
  readonly items?: readonly T[] | null;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
}

function pageOf<T>(answer: ListAnswer<T>): ListPage<T> {
  const { resourceVersion, continue: continueToken } = answer.metadata ?? {};
  if (!resourceVersion) {
    throw new ApiError({ status: 0, reason: "InvalidAnswer", message: "A list came without a resourceVersion" });
  }
  return { items: answer.items ?? [], resourceVersion, ...(continueToken ? { continueToken } : {}) };
}

function typed<T extends KubernetesObject>(type: ResourceType, object: T): T {
  return { ...object, apiVersion: apiVersionOf(type), kind: type.kind };
}

function answerOf(write: WriteOptions): { readonly accept?: string; readonly signal: AbortSignal | undefined } {
  return { ...(write.metadataOnly ? { accept: metadata } : {}), signal: write.signal };
}
