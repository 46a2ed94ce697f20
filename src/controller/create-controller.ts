import type { Registry } from "prom-client";
import { createAwsClients } from "../aws/clients/aws-clients.ts";
import { createPlane } from "../aws/plane.ts";
import { mapInSlices } from "../event-loop/in-slices.ts";
import type { Turns } from "../event-loop/turns.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import { createEventRecorder } from "../kubernetes/events/event-recorder.ts";
import type { HealthCheck } from "../telemetry/health.ts";
import type { Logger } from "../telemetry/logger.ts";
import { createSandbox } from "../values/sandbox/sandbox.ts";
import type { Clock } from "./clock.ts";
import { createFanOut } from "./cluster-external-value/fan-out.ts";
import { withFanOut } from "./cluster-external-value/with-fan-out.ts";
import { createControlledTargets } from "./controlled-targets.ts";
import type { ControllerOptions } from "./controller-options.ts";
import { createAccessKeySecrets, createServiceAccountTokens } from "./credential-ports.ts";
import { createEventSink } from "./event-sink.ts";
import { createReconciler } from "./external-value/reconcile.ts";
import { createLiveness, createReadiness } from "./health-checks.ts";
import { createAwsMetrics, createPlaneMetrics, observeQuotas } from "./metrics/aws-metrics.ts";
import { createQueueMetrics } from "./metrics/queue-metrics.ts";
import { createWatchCounter, observeShards, observeWatches, resourceMetrics } from "./metrics/resource-metrics.ts";
import { createOwnership } from "./ownership.ts";
import { createPlaces } from "./queue/places.ts";
import { createWorkQueue, type QueueHooks, type WorkQueue } from "./queue/work-queue.ts";
import { createReferences } from "./references.ts";
import { resourceFacts } from "./resource-facts.ts";
import { createRestartPace } from "./restart/pace.ts";
import { createShardWork } from "./shard-work.ts";
import { createReaders } from "./stores/readers.ts";
import { createStoreDirectory } from "./stores/store-directory.ts";
import { createStoreReconciler } from "./stores/store-reconciler.ts";
import { createStoreRecords } from "./stores/store-records.ts";
import { createStoreStandings } from "./stores/store-standing.ts";
import { createFingerprinter } from "./target/fingerprint.ts";
import { createWatchHandlers } from "./watch-handlers.ts";
import { allOf, createWatches } from "./watches.ts";
import { failureReporter } from "./work-failure.ts";

export interface ControllerServices {
  readonly client: KubernetesClient;
  readonly logger: Logger;
  readonly registry: Registry;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  readonly turns: Turns;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly readFile: (path: string) => Promise<string>;
}

export interface Controller {
  start(): void;
  /** Takes no more work, lets what is under way end, closes everything. */
  stop(): Promise<void>;
  readonly liveness: Readonly<Record<string, HealthCheck>>;
  readonly readiness: Readonly<Record<string, HealthCheck>>;
  /** What the metrics tell of each resource, in pieces of the Prometheus text format. */
  resourceMetrics(): AsyncIterable<string>;
}

// All reading for one resource; beyond it the resource is looked at again later.
const gatherTimeoutMs = 60_000;

// A few more than the client has requests in flight: most visits make one at a time, and have work of their own in between.
const settlingAtOnce = 20;

// Each restart makes pods anew: a change of a value that a thousand workloads read must not make all of them at once.
const restartsPerSecond = 10;

// Often enough to tell of a failover soon; a quota must be short for longer than that to be told of.
const lookAtStoresMs = 10_000;

/** Puts the parts together. */
export function createController(options: ControllerOptions, services: ControllerServices): Controller {
  const { client, logger, registry, clock, turns, random, environment, readFile } = services;
  const startedAt = clock.now();
  const records = createStoreRecords(options.controllerClass);
  const references = createReferences(records);
  const controlled = createControlledTargets();
  const plane = createPlane({
    clock,
    random,
    cacheBytes: options.valueCacheBytes,
    metrics: createPlaneMetrics(registry),
    // Of a value that all share these may be ten thousand.
    onChange: (subscribers) => void mapInSlices([...subscribers], turns, (key) => queue.add(key, "refresh")),
  });
  const accessKeys = createAccessKeySecrets(client, clock);
  const clients = createAwsClients({
    clock,
    turns,
    random,
    environment,
    readFile,
    metrics: createAwsMetrics(registry),
    tokens: createServiceAccountTokens(client),
    accessKeys,
  });
  const readers = createReaders({ plane, clients });
  const standings = createStoreStandings({
    plane,
    readers,
    records,
    clock,
    changed: (storeKey) => storeQueue.add(storeKey, "refresh"),
  });
  const identityOptions = {
    defaultRegion: environment["AWS_REGION"] ?? environment["AWS_DEFAULT_REGION"],
    clusterName: options.clusterName,
    allowOperatorIdentityInNamespaces: options.allowOperatorIdentityInNamespaces,
  };
  const recorder = createEventRecorder({
    client,
    logger,
    clock,
    wallNow: () => Date.now(),
    instance: options.identity,
  });
  const sandbox = createSandbox({ workerUrl: options.sandboxWorkerUrl });
  const reconciler = createReconciler({
    client,
    subscriptions: plane,
    directory: createStoreDirectory({
      records,
      readers,
      ...identityOptions,
      namespaceLabels: (namespace) => watches.namespaces?.get(namespace)?.metadata.labels,
    }),
    sandbox,
    fingerprinter: createFingerprinter(),
    clock,
    turns,
    settling: createPlaces(settlingAtOnce),
    random,
    logger,
    events: createEventSink(recorder, logger),
    references,
    restarts: options.restarts
      ? { pace: createRestartPace({ now: clock.now, perSecond: restartsPerSecond, burst: restartsPerSecond }) }
      : undefined,
    defaultStoreKind: options.namespaces ? "ValueStore" : "ClusterValueStore",
    startedAt,
    gatherTimeoutMs,
    secondLookMs: options.secondLookMs,
    owns: (key) => ownership.owns(key),
    waiting: () => queue.depth,
    find: (key) => watches.externalValues.get(key),
    watchedTarget: (kind, namespace, name) => watches.targets[kind].get(`${namespace}/${name}`),
    controlledTargets: controlled.of,
  });
  const failed = failureReporter(logger);
  const queueMetrics = createQueueMetrics(registry, "externalvalue");
  const queue: WorkQueue = createWorkQueue({
    clock,
    random,
    concurrency: options.concurrency,
    turns,
    work: async (key, line) => (ownership.owns(key) ? await reconciler.reconcile(key, line) : reconciler.forget(key)),
    onError: (key, error) => failed("ExternalValue", key, error),
    hooks: queueMetrics.hooks,
  });
  queueMetrics.observe(queue);
  const storeWork = createStoreReconciler({
    client,
    records,
    clients,
    ...identityOptions,
    standing: standings.of,
    mayWrite: () => ownership.leads,
    changed: (storeKey) => {
      for (const key of references.ofStore(storeKey)) queue.add(key, "interactive");
    },
  });
  const storeQueue = createWorkQueue({
    clock,
    random,
    concurrency: 10,
    turns,
    work: async (key) => (ownership.heldShards().length > 0 ? await storeWork(key) : undefined),
    onError: (key, error) => failed("store", key, error),
    hooks: silentHooks,
  });
  const fanOut = createFanOut({
    client,
    clock,
    turns,
    random,
    records,
    watches: () => watches,
    mayWrite: () => ownership.leads,
    onError: (name, error) => failed("ClusterExternalValue", name, error),
    hooks: silentHooks,
  });
  let inStep = false;
  const attempts = new Map<string, number>();
  const countRound = createWatchCounter(registry);
  const watches = createWatches(
    {
      client,
      namespaces: options.namespaces,
      logger,
      clock,
      observe(kind, what, reason) {
        attempts.set(kind, clock.now());
        countRound(kind, what, reason);
      },
    },
    withFanOut(
      createWatchHandlers({
        records,
        references,
        controlled,
        entries: reconciler.entries,
        // Until the watches are in step it is all old news: who comes after that is not to wait behind it.
        queue: (key, line) => queue.add(key, inStep ? line : "refresh"),
        dequeue: (key) => queue.remove(key),
        queueStore: (key) => storeQueue.add(key, "interactive"),
        inNamespace: (namespace) => [...reconciler.entries.keys()].filter((key) => key.startsWith(`${namespace}/`)),
      }),
      fanOut,
    ),
  );
  const reflectors = allOf(watches);
  const ownership = createOwnership(
    options,
    { client, logger },
    createShardWork({
      queue,
      storeQueue,
      fanOut,
      records,
      watches,
      clients,
      reconciler,
      turns,
      ownership: () => ownership,
    }),
  );
  observeQuotas(registry, () => readers.quotas());
  observeShards(registry, ownership);
  observeWatches(registry, () =>
    reflectors.map(([kind, reflector]) => ({ kind, ageSeconds: (clock.now() - reflector.lastSignOfLife) / 1000 })),
  );
  let stopped = false;
  let cancelLook: (() => void) | undefined;
  const lookAtStores = (): void => {
    standings.look();
    cancelLook = clock.after(lookAtStoresMs, lookAtStores);
  };
  return {
    start() {
      for (const [, reflector] of reflectors) reflector.start();
      void Promise.all(reflectors.map(([, reflector]) => reflector.synced())).then(() => {
        if (stopped) return;
        logger.info({ externalValues: watches.externalValues.size }, "watches are in step");
        inStep = true;
        storeQueue.resume();
        queue.resume();
        cancelLook = clock.after(lookAtStoresMs, lookAtStores);
        fanOut.queue.resume();
        ownership.start();
      });
    },
    async stop() {
      stopped = true;
      cancelLook?.();
      await Promise.all([queue.drain(), storeQueue.drain(), fanOut.queue.drain()]);
      await ownership.stop();
      await recorder.stop();
      await Promise.all(reflectors.map(([, reflector]) => reflector.stop()));
      plane.close();
      clients.close();
      await sandbox.close();
    },
    liveness: createLiveness({
      queue,
      storeQueue,
      fanOutQueue: fanOut.queue,
      reflectors,
      lastAttempt: (kind) => attempts.get(kind),
      overdueMs: plane.overdueMs,
      clock,
    }),
    readiness: createReadiness(reflectors),
    resourceMetrics: () => resourceMetrics(turns, () => resourceFacts(reconciler.entries, clock.now)),
  };
}

const silentHooks: QueueHooks = { added() {}, retried() {}, started() {}, finished() {} };
