import { parseStore } from "../../../api/parse-store.ts";
import type { StoreModel } from "../../../api/store-model.ts";
import { createFakePlane, type FakePlane } from "../../../aws/fakes/fake-plane.ts";
import { endlessTurn } from "../../../event-loop/testing/endless-turn.ts";
import { ApiError, type KubernetesClient } from "../../../kubernetes/client.ts";
import type { KubernetesObject } from "../../../kubernetes/objects.ts";
import { silentLogger } from "../../../telemetry/logger.ts";
import { createInProcessSandbox } from "../../../values/testing/in-process-sandbox.ts";
import { type ControlledTarget, ownerUidOf } from "../../controlled-targets.ts";
import type { Line } from "../../queue/fair-lines.ts";
import type { Places } from "../../queue/places.ts";
import { createReferences, type ReferenceIndex } from "../../references.ts";
import type { Resolution } from "../../stores/directory.ts";
import { createStoreRecords } from "../../stores/store-records.ts";
import type { TargetObject } from "../../target/desired.ts";
import { createFingerprinter } from "../../target/fingerprint.ts";
import { createReconciler, type Reconciler } from "../reconcile.ts";
import { readStatus, type StatusModel } from "../status-model.ts";

/** One ExternalValue, `shop/checkout`, with a cluster in memory and a fake account. */
export interface Bench {
  readonly fake: FakePlane;
  readonly reconciler: Reconciler;
  readonly references: ReferenceIndex;
  readonly cluster: FakeCluster;
  /** Creates or edits the resource. */
  put(spec: object, annotations?: Readonly<Record<string, string>>): void;
  /** One visit, with the time that its reads need. */
  visit(line?: Line): ReturnType<Reconciler["reconcile"]>;
  status(): StatusModel;
  /** The reasons of the Events that were recorded. */
  readonly recorded: string[];
  /** How many other resources wait. */
  waiting: number;
  /** Whether this replica may still write. */
  owns: boolean;
  /** Lets a visit on from what it read to its targets. */
  settling: Places["enter"];
  /** Where the store leads. */
  resolve: (ready: Extract<Resolution, { kind: "ready" }>) => Resolution;
}

export const key = "shop/checkout";

/** Given the cluster of another: a second operator. */
export function createBench({ cluster = createFakeCluster() }: { readonly cluster?: FakeCluster } = {}): Bench {
  const fake = createFakePlane();
  const recorded: string[] = [];
  const references = createReferences(createStoreRecords(""));
  const store = defaultStore();
  const ready = {
    kind: "ready",
    store,
    reader: fake.reader,
    origin: "here",
    scope: { store, region: "eu-west-1" },
  } as const;
  const bench: Pick<Bench, "resolve" | "waiting" | "owns" | "settling"> = {
    resolve: (resolution) => resolution,
    waiting: 0,
    owns: true,
    settling: async () => () => {},
  };
  const reconciler = createReconciler({
    client: cluster.client,
    subscriptions: fake.plane,
    directory: { resolve: () => bench.resolve(ready), checkReturned: () => undefined, revision: () => "1" },
    sandbox: createInProcessSandbox(),
    turns: endlessTurn,
    settling: { enter: (...asked) => bench.settling(...asked) },
    fingerprinter: createFingerprinter(),
    clock: fake.clock,
    random: () => 0.5,
    logger: silentLogger,
    events: { record: (_about, { reason }) => void recorded.push(reason) },
    references,
    restarts: undefined,
    defaultStoreKind: "ClusterValueStore",
    startedAt: fake.clock.now(),
    gatherTimeoutMs: 60_000,
    secondLookMs: 60_000,
    owns: () => bench.owns,
    waiting: () => bench.waiting,
    find: () => cluster.find("ExternalValue", "checkout"),
    watchedTarget: (kind, _namespace, name) => cluster.find(kind, name),
    controlledTargets: cluster.controlled,
  });
  let generation = 0;
  return Object.assign(bench, {
    fake,
    reconciler,
    references,
    cluster,
    recorded,
    put(spec: object, annotations: Readonly<Record<string, string>> = {}) {
      generation += 1;
      const before = cluster.find("ExternalValue", "checkout") ?? {};
      const metadata = { name: "checkout", namespace: "shop", uid: "uid-1", generation, annotations };
      cluster.put({ ...before, kind: "ExternalValue", metadata, spec } as KubernetesObject);
    },
    async visit(line: Line = "interactive") {
      const verdict = reconciler.reconcile(key, line);
      await fake.clock.advance(200);
      return await verdict;
    },
    status: () => readStatus((cluster.find("ExternalValue", "checkout") as { status?: unknown } | undefined)?.status),
  });
}

function defaultStore(): StoreModel {
  const parsed = parseStore({
    kind: "ClusterValueStore",
    metadata: { name: "default" },
    spec: { region: "eu-west-1" },
  });
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
}

/** JSON merge patch (RFC 7396). */
function merged(before: unknown, patch: unknown): unknown {
  if (typeof patch !== "object" || patch === null || Array.isArray(patch)) return patch;
  const whole: Record<string, unknown> = { ...(typeof before === "object" ? before : {}) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete whole[name];
    else whole[name] = merged(whole[name], value);
  }
  return whole;
}

export interface FakeCluster {
  readonly client: KubernetesClient;
  /** Requests, as `get Secret`. */
  readonly log: string[];
  find(kind: string, name: string): KubernetesObject | undefined;
  /** As somebody else would write it. */
  put(object: KubernetesObject): KubernetesObject;
  remove(kind: string, name: string): void;
  /** Labelled targets by the uid of their controller, as a watch would show them. */
  controlled(ownerUid: string): readonly ControlledTarget[];
  /** Called after every write. */
  afterWrite: () => void;
}

/** As much of an API server as one namespace of Secrets and ConfigMaps needs; an apply replaces the data. */
function createFakeCluster(): FakeCluster {
  const objects = new Map<string, KubernetesObject>();
  const log: string[] = [];
  let version = 100;
  const put = (object: KubernetesObject, manager = "kubectl"): KubernetesObject => {
    version += 1;
    const address = `${object.kind}/${object.metadata.name}`;
    const { data = {} } = object as TargetObject;
    const fields = Object.fromEntries(Object.keys(data).map((name) => [`f:${name}`, {}]));
    const annotations = Object.fromEntries(
      Object.keys(object.metadata.annotations ?? {}).map((name) => [`f:${name}`, {}]),
    );
    const fieldsV1 = { "f:data": fields, "f:metadata": { "f:annotations": annotations } };
    const metadata = {
      ...object.metadata,
      uid: object.metadata.uid ?? `uid-${version}`,
      resourceVersion: String(version),
      managedFields: [{ manager, operation: "Apply", fieldsV1 }],
    };
    const made = { ...object, metadata } as KubernetesObject;
    objects.set(address, made);
    cluster.afterWrite();
    return made;
  };
  const missing = (): never => {
    throw new ApiError({ status: 404, reason: "NotFound", message: "not found" });
  };
  const client = {
    async get(type: { kind: string }, { name }: { name: string }) {
      log.push(`get ${type.kind}`);
      return objects.get(`${type.kind}/${name}`);
    },
    async create(type: { kind: string }, object: KubernetesObject, { fieldManager }: { fieldManager: string }) {
      log.push(`create ${type.kind}`);
      if (objects.has(`${type.kind}/${object.metadata.name}`)) {
        throw new ApiError({ status: 409, reason: "AlreadyExists", message: "already exists" });
      }
      return put(object, fieldManager);
    },
    async apply(type: { kind: string }, object: KubernetesObject, { fieldManager }: { fieldManager: string }) {
      log.push(`apply ${type.kind}`);
      const before = objects.get(`${type.kind}/${object.metadata.name}`) ?? missing();
      return put({ ...before, ...object, metadata: { ...before.metadata, ...object.metadata } }, fieldManager);
    },
    async mergePatch(
      type: { kind: string },
      { name }: { name: string },
      patch: object,
      { fieldManager }: { fieldManager: string },
    ) {
      log.push(`patch ${type.kind}`);
      const before = objects.get(`${type.kind}/${name}`) ?? missing();
      return put(merged(before, patch) as KubernetesObject, fieldManager);
    },
    async replaceStatus(type: { kind: string }, object: KubernetesObject & { status?: unknown }) {
      log.push(`status ${type.kind}`);
      const before = objects.get(`${type.kind}/${object.metadata.name}`) ?? missing();
      if (before.metadata.resourceVersion !== object.metadata.resourceVersion) {
        throw new ApiError({ status: 409, reason: "Conflict", message: "the object has been modified" });
      }
      return put({ ...before, status: object.status } as KubernetesObject);
    },
    async delete(type: { kind: string }, { name }: { name: string }) {
      log.push(`delete ${type.kind}`);
      objects.delete(`${type.kind}/${name}`);
    },
  };
  const cluster: FakeCluster = {
    client: client as unknown as KubernetesClient,
    log,
    find: (kind, name) => objects.get(`${kind}/${name}`),
    put,
    controlled: (ownerUid) =>
      [...objects.values()].flatMap((object) => {
        const { kind } = object;
        if ((kind !== "Secret" && kind !== "ConfigMap") || ownerUidOf(object) !== ownerUid) return [];
        return [{ kind, object }];
      }),
    remove: (kind, name) => void objects.delete(`${kind}/${name}`),
    afterWrite() {},
  };
  return cluster;
}
