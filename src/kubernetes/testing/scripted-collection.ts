import type { ServerResponse } from "node:http";
import type { KubernetesObject } from "../objects.ts";
import { answerJson, failure, type Script, type ScriptedRequest } from "./scripted-server.ts";

/** What goes wrong, once, with the next list or watch. */
export const faults = {
  list: ["500", "429", "503 of a proxy", "reset", "no JSON", "expired page"],
  watch: ["500", "429", "410", "403", "closed at once", "reset at once", "no watch event"],
  stream: ["reset", "closed", "silence", "ERROR 410", "ERROR 500", "truncated line", "garbled line", "replay"],
} as const;
export type ListFault = (typeof faults.list)[number];
export type WatchFault = (typeof faults.watch)[number];
export type StreamFault = (typeof faults.stream)[number];

interface Change {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly object: KubernetesObject;
}

/** One kind of objects as an API server keeps it: versions, pages, watches from a version, compaction, and faults. */
export interface ScriptedCollection {
  readonly script: Script;
  readonly objects: ReadonlyMap<string, KubernetesObject>;
  readonly openWatches: number;
  put(name: string): void;
  remove(name: string): void;
  /** Forgets the past: a watch from before is answered with 410. */
  compact(): void;
  failNextList(fault: ListFault): void;
  failNextWatch(fault: WatchFault): void;
  /** Happens to the watches that are open now. */
  disturb(fault: StreamFault): void;
  healAll(): void;
  close(): void;
}

const bookmarkMs = 20;

export function createScriptedCollection(): ScriptedCollection {
  const objects = new Map<string, KubernetesObject>();
  let log: Change[] = [];
  let version = 1;
  let compacted = 0;
  let created = 0;
  let listFaults: ListFault[] = [];
  let watchFaults: WatchFault[] = [];
  const snapshots = new Map<string, { readonly items: KubernetesObject[]; readonly resourceVersion: string }>();
  const watches = new Set<ServerResponse>();
  const silent = new Set<ServerResponse>();

  const send = (to: ServerResponse, type: string, object: unknown): void => {
    if (!silent.has(to) && !to.writableEnded) to.write(`${JSON.stringify({ type, object })}\n`);
  };
  const bookmarks = setInterval(() => {
    for (const watch of watches) {
      send(watch, "BOOKMARK", { kind: "Secret", metadata: { resourceVersion: String(version) } });
    }
  }, bookmarkMs);

  function record(type: Change["type"], object: KubernetesObject): void {
    log.push({ version, type, object });
    for (const watch of watches) send(watch, type, object);
  }

  function pageAt(token: string) {
    const [id = "", offset] = token.split(":");
    const snapshot = snapshots.get(id) ?? { items: [...objects.values()], resourceVersion: String(version) };
    snapshots.set(id, snapshot);
    return { id, offset: Number(offset), snapshot };
  }

  /** All pages of a list show the state of its first page, as etcd does. */
  function list(request: ScriptedRequest, response: ServerResponse): void {
    const fault = listFaults.shift();
    const token = request.url.searchParams.get("continue");
    if (fault !== undefined && failList(fault, token !== null, response)) return;
    const { id, offset, snapshot } = pageAt(token ?? `${snapshots.size}:0`);
    const end = offset + Number(request.url.searchParams.get("limit") ?? snapshot.items.length);
    const next = end < snapshot.items.length ? { continue: `${id}:${end}` } : {};
    answerJson(response, 200, {
      items: snapshot.items.slice(offset, end),
      metadata: { resourceVersion: snapshot.resourceVersion, ...next },
    });
  }

  function watch(request: ScriptedRequest, response: ServerResponse): void {
    const fault = watchFaults.shift();
    if (fault !== undefined) {
      failWatch(fault, response);
      return;
    }
    const from = Number(request.url.searchParams.get("resourceVersion"));
    response.writeHead(200, { "Content-Type": "application/json" });
    response.flushHeaders();
    if (from < compacted) {
      response.end(`${JSON.stringify({ type: "ERROR", object: failure(410, "Expired") })}\n`);
      return;
    }
    watches.add(response);
    response.on("close", () => {
      watches.delete(response);
      silent.delete(response);
    });
    for (const change of log) if (change.version > from) send(response, change.type, change.object);
  }

  return {
    objects,
    get openWatches() {
      return watches.size;
    },
    script(request, response) {
      if (request.url.searchParams.has("watch")) watch(request, response);
      else list(request, response);
    },
    put(name) {
      version += 1;
      const held = objects.get(name);
      const uid = held?.metadata.uid ?? `uid-${++created}`;
      const metadata = { name, namespace: "shop", uid, resourceVersion: String(version) };
      objects.set(name, { metadata });
      record(held ? "MODIFIED" : "ADDED", { metadata });
    },
    remove(name) {
      const held = objects.get(name);
      if (!held) return;
      version += 1;
      objects.delete(name);
      record("DELETED", { metadata: { ...held.metadata, resourceVersion: String(version) } });
    },
    compact() {
      compacted = version;
      log = [];
    },
    failNextList: (fault) => void listFaults.push(fault),
    failNextWatch: (fault) => void watchFaults.push(fault),
    disturb(fault) {
      for (const open of [...watches]) if (!open.writableEnded) disturbStream(fault, open, { silent, log });
    },
    healAll() {
      listFaults = [];
      watchFaults = [];
    },
    close: () => clearInterval(bookmarks),
  };
}

/** Whether the fault applied. */
function failList(fault: ListFault, continued: boolean, response: ServerResponse): boolean {
  if (fault === "expired page" && !continued) return false;
  const acts: Readonly<Record<ListFault, () => unknown>> = {
    "500": () => answerJson(response, 500, failure(500, "InternalError")),
    "429": () => answerJson(response, 429, failure(429, "TooManyRequests"), { "Retry-After": "0.01" }),
    "503 of a proxy": () => response.writeHead(503).end("<html>upstream connect error</html>"),
    reset: () => response.destroy(),
    "no JSON": () => response.writeHead(200).end("<html>"),
    "expired page": () => answerJson(response, 410, failure(410, "Expired")),
  };
  acts[fault]();
  return true;
}

function failWatch(fault: WatchFault, response: ServerResponse): void {
  const acts: Readonly<Record<WatchFault, () => unknown>> = {
    "500": () => answerJson(response, 500, failure(500, "InternalError")),
    "429": () => answerJson(response, 429, failure(429, "TooManyRequests"), { "Retry-After": "0.01" }),
    "410": () => answerJson(response, 410, failure(410, "Expired")),
    "403": () => answerJson(response, 403, failure(403, "Forbidden")),
    "closed at once": () => response.writeHead(200).end(),
    "reset at once": () => response.destroy(),
    "no watch event": () => response.writeHead(200).end('{"type":"ADDED","object":{}}\n'),
  };
  acts[fault]();
}

function disturbStream(
  fault: StreamFault,
  stream: ServerResponse,
  state: { readonly silent: Set<ServerResponse>; readonly log: readonly Change[] },
): void {
  const acts: Readonly<Record<StreamFault, () => unknown>> = {
    reset: () => stream.destroy(),
    closed: () => stream.end(),
    silence: () => state.silent.add(stream),
    "ERROR 410": () => stream.end(`${JSON.stringify({ type: "ERROR", object: failure(410, "Expired") })}\n`),
    "ERROR 500": () => stream.end(`${JSON.stringify({ type: "ERROR", object: failure(500, "InternalError") })}\n`),
    "truncated line": () => stream.end('{"type":"ADDED","object":{"metadata":{"name":"cut'),
    "garbled line": () => stream.write("}{ nothing of this is an event\n"),
    replay: () => {
      for (const { type, object } of state.log.slice(-2)) stream.write(`${JSON.stringify({ type, object })}\n`);
    },
  };
  acts[fault]();
}
