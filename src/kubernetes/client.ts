import type { KubernetesObject, ObjectRef, Preconditions, ResourceType } from "./objects.ts";

/**
 * The requests that the operator makes to the API server. A request that fails rejects with an ApiError; a missing
 * object is not an error of `get` but `undefined`.
 */
export interface KubernetesClient {
  get<T extends KubernetesObject>(type: ResourceType, ref: ObjectRef, options?: RequestOptions): Promise<T | undefined>;
  /** As `get`, of the metadata alone (PartialObjectMetadata). */
  getMetadata(type: ResourceType, ref: ObjectRef, options?: RequestOptions): Promise<KubernetesObject | undefined>;
  /** One page. */
  list<T extends KubernetesObject>(
    type: ResourceType,
    query: ListQuery,
    options?: RequestOptions,
  ): Promise<ListPage<T>>;
  /** POST: fails with `AlreadyExists` where the object is there. */
  create<T extends KubernetesObject>(type: ResourceType, object: T, options: WriteOptions): Promise<T>;
  /** Server-side apply. With uid or resourceVersion in the object's metadata it cannot create and fails with `Conflict`. */
  apply<T extends KubernetesObject>(
    type: ResourceType,
    object: T,
    options: WriteOptions & { readonly force: boolean },
  ): Promise<T>;
  /** JSON merge patch: a null removes a field. Put uid and resourceVersion into `patch.metadata` for preconditions. */
  mergePatch<T extends KubernetesObject>(
    type: ResourceType,
    ref: ObjectRef,
    patch: object,
    options: WriteOptions,
  ): Promise<T>;
  /** PUT of the status subresource, with the resourceVersion in the object as its precondition. */
  replaceStatus<T extends KubernetesObject>(type: ResourceType, object: T, options: WriteOptions): Promise<T>;
  /** Deletes in the background. Resolves also where the object is already gone. */
  delete(type: ResourceType, ref: ObjectRef, preconditions: Preconditions, options?: RequestOptions): Promise<void>;
  /** TokenRequest for a ServiceAccount. */
  createToken(
    serviceAccount: ObjectRef,
    request: { readonly audiences: readonly string[]; readonly expirationSeconds: number },
    options?: RequestOptions,
  ): Promise<{ readonly token: string; readonly expirationTimestamp: string }>;
  /**
   * One watch connection, until the server closes it or it breaks. Yields raw events; an in-stream ERROR is yielded as
   * such. Throws ApiError on a refused request, a `WatchBroken` on a cut or garbled stream or on silence past the limit.
   */
  watch(type: ResourceType, query: WatchQuery, options: WatchOptions): AsyncIterable<WatchEvent>;
  close(): void;
}

export interface RequestOptions {
  readonly signal?: AbortSignal;
}

export interface WriteOptions extends RequestOptions {
  readonly fieldManager: string;
  /** The answer carries the metadata alone: less to parse, and no data of a Secret comes back. */
  readonly metadataOnly?: boolean;
}

export interface WatchOptions {
  readonly signal: AbortSignal;
  /** Called once the server has accepted the watch, before its first event. */
  readonly onOpen?: () => void;
}

export interface ListQuery {
  /** Undefined: all namespaces. */
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly limit?: number;
  readonly continueToken?: string;
  readonly resourceVersion?: string;
  readonly metadataOnly?: boolean;
}

export interface ListPage<T> {
  readonly items: readonly T[];
  readonly resourceVersion: string;
  readonly continueToken?: string;
}

export interface WatchQuery {
  readonly namespace?: string;
  readonly labelSelector?: string;
  readonly fieldSelector?: string;
  readonly resourceVersion: string;
  readonly metadataOnly?: boolean;
  /** Asked of the server; silence well past it is a broken connection. */
  readonly timeoutSeconds: number;
}

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK" | "ERROR";
  readonly object: unknown;
}

/** The API server's answer to a request that failed, or the failure to get one (`status` 0). */
export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status; 0 where no answer came (refused, reset, timed out). */
  readonly status: number;
  /** `metadata.reason` of the Status: NotFound, AlreadyExists, Conflict, Invalid, Forbidden, TooManyRequests … */
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
  /** Details of an Invalid: field and message. Messages of the API server may quote rejected values: never log them for Secrets. */
  readonly causes: readonly { readonly field: string; readonly reason: string; readonly message: string }[];

  constructor(init: {
    readonly status: number;
    readonly reason: string;
    readonly message: string;
    readonly retryAfterMs?: number;
    readonly causes?: ApiError["causes"];
    readonly cause?: unknown;
  }) {
    super(init.message, { cause: init.cause });
    this.status = init.status;
    this.reason = init.reason;
    this.retryAfterMs = init.retryAfterMs;
    this.causes = init.causes ?? [];
  }
}

/** How a watch ended other than by the server closing it. Everything yielded before is good. */
export class WatchBroken extends Error {
  override readonly name = "WatchBroken";
  /**
   * - `cut`: the connection was reset, or ended in the middle of a line;
   * - `silent`: nothing came for longer than a living connection can be silent;
   * - `garbled`: a line is no watch event, or longer than any can be.
   */
  readonly how: "cut" | "silent" | "garbled";

  constructor(how: WatchBroken["how"], message: string, cause?: unknown) {
    super(message, { cause });
    this.how = how;
  }
}
