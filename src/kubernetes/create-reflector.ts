import type { Logger } from "../telemetry/logger.ts";
import { apiErrorOfStatus } from "./api-failure.ts";
import { createBackoff } from "./backoff.ts";
import { type KubernetesClient, type ListQuery, WatchBroken, type WatchEvent } from "./client.ts";
import { type Clock, pause } from "./clock.ts";
import { listAll } from "./list-all.ts";
import type { KubernetesObject, ResourceType } from "./objects.ts";
import { dropBallast } from "./received.ts";
import type { Reflector, ReflectorHandler } from "./reflector.ts";
import { createReflectorStore, keyOf } from "./reflector-store.ts";
import { recoveryFrom } from "./watch-failure.ts";

export interface ReflectorOptions<T extends KubernetesObject> {
  readonly client: Pick<KubernetesClient, "list" | "watch">;
  readonly type: ResourceType;
  readonly query?: Pick<ListQuery, "namespace" | "labelSelector" | "fieldSelector" | "metadataOnly">;
  readonly handler: ReflectorHandler<T>;
  /** Applied to every object on receipt. Default: managed fields and last applied configuration are dropped. */
  readonly transform?: (object: T) => T;
  readonly logger: Logger;
  /** `lastSignOfLife` is in its terms. */
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random?: () => number;
  /** Objects a page. Default 200: a page is parsed in one go, and of ExternalValues with their status takes 10 ms. */
  readonly pageSize?: number;
  /** Between which the server's timeout of each watch is drawn. Default 5 to 10 minutes. */
  readonly watchSeconds?: { readonly from: number; readonly to: number };
  /** Default: from 200 ms, up to 8 s, since nothing is seen meanwhile. */
  readonly backoff?: { readonly baseMs: number; readonly capMs: number };
  /** Told of every list, every watch that the server closed in good order, and every failure, for metrics. */
  readonly observe?: (what: "listed" | "closed" | "failed", reason: string) => void;
}

// A watch that stood this long was no failure to connect: the next one starts without a growing delay.
const healthyAfterMs = 5_000;
// When a watch cannot be had from our version this often in a row, the version itself is doubted.
const doubtAfterFailures = 5;

/** See Reflector. Every path through the loop ends in another round, until it is stopped. */
export function createReflector<T extends KubernetesObject>(options: ReflectorOptions<T>): Reflector<T> {
  const { client, type, logger, clock } = options;
  const query = options.query ?? {};
  const random = options.random ?? Math.random;
  const transform = options.transform ?? dropBallast;
  const watchSeconds = options.watchSeconds ?? { from: 300, to: 600 };
  const observe = options.observe ?? (() => {});
  const backoff = createBackoff(options.backoff ?? { baseMs: 200, capMs: 8_000 }, random);
  const names = { kind: type.kind, ...(query.namespace ? { namespace: query.namespace } : {}) };

  const stopping = new AbortController();
  const { signal } = stopping;
  const firstSync = Promise.withResolvers<void>();
  let hasSynced = false;
  let lastSignOfLife = clock.now();
  /** Undefined: everything has to be listed (again). */
  let resourceVersion: string | undefined;
  let fruitlessWatches = 0;
  let running: Promise<void> | undefined;

  const store = createReflectorStore<T>(options.handler, (call) => {
    try {
      call();
    } catch (error) {
      logger.error({ ...names, err: error }, "A watch handler failed");
    }
  });

  function alive(): void {
    lastSignOfLife = clock.now();
  }

  async function list(): Promise<string> {
    const found = new Set<string>();
    const version = await listAll<T>({
      client,
      type,
      query,
      signal,
      pageSize: options.pageSize ?? 200,
      onPage(items) {
        alive();
        for (const item of items) {
          found.add(keyOf(item));
          store.put(transform(item));
        }
      },
      // What was deleted between the two lists has no event: it is gone when it is not found again.
      onRestart: () => found.clear(),
    });
    store.retain(found);
    hasSynced = true;
    firstSync.resolve();
    observe("listed", "");
    return version;
  }

  /** One watch, until the server closes it. */
  async function watch(from: string): Promise<void> {
    const timeoutSeconds = Math.ceil(watchSeconds.from + random() * (watchSeconds.to - watchSeconds.from));
    const watching = { ...query, resourceVersion: from, timeoutSeconds };
    for await (const event of client.watch(type, watching, { signal, onOpen: alive })) {
      alive();
      receive(event);
    }
  }

  function receive(event: WatchEvent): void {
    if (event.type === "ERROR") {
      // What the server says in the stream is about our version or its own cache: both are doubted.
      resourceVersion = undefined;
      throw apiErrorOfStatus(event.object, type, "watch");
    }
    const object = event.object as T;
    const version = object.metadata?.resourceVersion;
    if (!version) throw new WatchBroken("garbled", "A watch event without a resourceVersion");
    if (event.type === "DELETED") store.remove(transform(object));
    else if (event.type !== "BOOKMARK") store.put(transform(object));
    resourceVersion = version;
  }

  /** Lists if need be and watches once. Resolves with how long to wait at least before the next round. */
  async function round(): Promise<number> {
    let opened: number | undefined;
    try {
      resourceVersion ??= await list();
      if (signal.aborted) return 0;
      opened = clock.now();
      await watch(resourceVersion);
      observe("closed", "");
      return 0;
    } catch (error) {
      return signal.aborted ? 0 : recover(error);
    } finally {
      if (opened !== undefined) judge(clock.now() - opened);
    }
  }

  function recover(error: unknown): number {
    const { from, reason, retryAfterMs } = recoveryFrom(error);
    if (from === "relist") resourceVersion = undefined;
    logger.warn({ ...names, reason, from, err: error }, "A watch was interrupted and goes on");
    observe("failed", reason);
    return retryAfterMs;
  }

  /** A watch that ends at once, time and again, must neither become a hot loop nor go on from a bad version. */
  function judge(stoodMs: number): void {
    const fruitful = stoodMs >= healthyAfterMs;
    if (fruitful) backoff.reset();
    fruitlessWatches = fruitful ? 0 : fruitlessWatches + 1;
    if (fruitlessWatches < doubtAfterFailures) return;
    fruitlessWatches = 0;
    resourceVersion = undefined;
  }

  async function run(): Promise<void> {
    while (!signal.aborted) {
      const atLeast = await round();
      await pause(clock, Math.max(atLeast, backoff.next()), signal);
    }
  }

  return {
    start() {
      running ??= run();
    },
    async stop() {
      stopping.abort();
      await running;
    },
    synced: () => firstSync.promise,
    get hasSynced() {
      return hasSynced;
    },
    get: (key) => store.objects.get(key),
    values: () => store.objects.values(),
    get size() {
      return store.objects.size;
    },
    get lastSignOfLife() {
      return lastSignOfLife;
    },
  };
}
