import { createInterface } from "node:readline";
import { collectionPath, type KindOfObject } from "../../test/support/api-paths.ts";
import { apiRequest, openRequest, readAll } from "../../test/support/api-request.ts";
import type { ClusterObject } from "../../test/support/cluster.ts";
import type { Connection } from "../../test/support/kubeconfig.ts";

export interface Sighting {
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: ClusterObject;
  /** `performance.now()` when the line was read. */
  readonly at: number;
}

/** One watch on all objects of a kind, so that measuring asks nothing of the API server. */
export interface CollectionWatch {
  /** Resolves with the first sighting from now on that passes. Rejects after `timeoutMs`. */
  first(what: string, test: (sighting: Sighting) => boolean, timeoutMs?: number): Promise<Sighting>;
  /** Resolves with the sighting by which the last of these keys (`namespace/name`) has passed, and when each did. */
  all(what: string, keys: Iterable<string>, wait: AllWait): Promise<AllSeen>;
  stop(): void;
}

export interface AllWait {
  readonly test: (sighting: Sighting) => boolean;
  readonly timeoutMs: number;
}

export interface AllSeen {
  /** Times of all keys, ascending. */
  readonly times: readonly number[];
  readonly lastAt: number;
}

/** Watches from now on, over all namespaces. */
export async function watchCollection(connection: Connection, kind: KindOfObject): Promise<CollectionWatch> {
  const path = await collectionPath(connection, kind);
  const list = await apiRequest<{ metadata: { resourceVersion: string } }>(connection, {
    method: "GET",
    path: `${path}?limit=1`,
  });
  const listeners = new Set<(sighting: Sighting) => void>();
  const stopping = new AbortController();
  let resourceVersion = list.metadata.resourceVersion;
  let failure: unknown;

  const take = (line: string): void => {
    const at = performance.now();
    const event = JSON.parse(line) as { type: string; object: ClusterObject };
    if (event.type === "ERROR") throw new Error(`watch broken: ${line.slice(0, 400)}`);
    resourceVersion = event.object.metadata.resourceVersion ?? resourceVersion;
    if (event.type === "BOOKMARK") return;
    const sighting = { type: event.type as Sighting["type"], object: event.object, at };
    for (const listener of [...listeners]) listener(sighting);
  };
  const follow = async (): Promise<void> => {
    const query = `watch=true&allowWatchBookmarks=true&timeoutSeconds=3600&resourceVersion=${resourceVersion}`;
    const request = { method: "GET", path: `${path}?${query}`, signal: stopping.signal } as const;
    const response = await openRequest(connection, request);
    if (response.statusCode !== 200) throw new Error(`watch refused: ${await readAll(response)}`);
    for await (const line of createInterface({ input: response })) take(line);
  };
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) await follow();
  };
  run().catch((error: unknown) => {
    failure = error;
  });

  const listen = <T>(what: string, timeoutMs: number, take: (sighting: Sighting, done: (value: T) => void) => void) =>
    new Promise<T>((resolve, reject) => {
      const end = (): void => {
        clearTimeout(timer);
        listeners.delete(listener);
      };
      const timer = setTimeout(() => {
        end();
        reject(new Error(`waited ${timeoutMs / 1000} s for: ${what}`, { cause: failure }));
      }, timeoutMs);
      const listener = (sighting: Sighting): void =>
        take(sighting, (value) => {
          end();
          resolve(value);
        });
      listeners.add(listener);
    });

  return {
    first: (what, test, timeoutMs = 60_000) =>
      listen<Sighting>(what, timeoutMs, (sighting, done) => {
        if (test(sighting)) done(sighting);
      }),
    all(what, keys, { test, timeoutMs }) {
      const missing = new Set(keys);
      const times: number[] = [];
      return listen<AllSeen>(what, timeoutMs, (sighting, done) => {
        const { namespace, name } = sighting.object.metadata;
        const key = `${namespace}/${name}`;
        if (!missing.has(key) || !test(sighting)) return;
        missing.delete(key);
        times.push(sighting.at);
        if (missing.size === 0) done({ times, lastAt: sighting.at });
      });
    },
    stop: () => stopping.abort(),
  };
}
