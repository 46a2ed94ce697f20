import type { KubernetesObject } from "./objects.ts";

/**
 * Keeps a local copy of a kind in step with the API server, for ever: a reset, a 500, a 410, silence, an API server
 * down for minutes are ordinary (kubernetes.md, "A reflector").
 */
export interface Reflector<T extends KubernetesObject> {
  /** Starts listing and watching; resolves at once. */
  start(): void;
  /** Ends the watch. Idempotent. */
  stop(): Promise<void>;
  /** Resolves after the first complete list. */
  synced(): Promise<void>;
  readonly hasSynced: boolean;
  /** `namespace/name`, or `name` for a cluster-scoped kind. */
  get(key: string): T | undefined;
  values(): IterableIterator<T>;
  readonly size: number;
  /** Clock milliseconds of the last sign of life: an event, a bookmark, a list, a connection opened. */
  readonly lastSignOfLife: number;
}

/** What handlers are told. A handler that throws is logged and breaks nothing. After a relist, what is gone is `deleted`. */
export interface ReflectorHandler<T extends KubernetesObject> {
  changed(key: string, object: T, previous: T | undefined): void;
  deleted(key: string, last: T): void;
}
