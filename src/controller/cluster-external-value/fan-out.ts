import type { Turns } from "../../event-loop/turns.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Reflector, ReflectorHandler } from "../../kubernetes/reflector.ts";
import type { Clock } from "../clock.ts";
import type { Line } from "../queue/fair-lines.ts";
import { createWorkQueue, type QueueHooks, type WorkQueue } from "../queue/work-queue.ts";
import { createReverseIndex } from "../reverse-index.ts";
import type { StoreRecords } from "../stores/store-records.ts";
import { type ChildObject, parentOf } from "./child.ts";
import { matches, type NamespaceFacts } from "./plan-fan-out.ts";
import { createFanOutReconciler } from "./reconcile-fan-out.ts";

type Watch = Reflector<KubernetesObject>;
type Handler = ReflectorHandler<KubernetesObject>;

export interface FanOutOptions {
  readonly client: KubernetesClient;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly random: () => number;
  readonly records: StoreRecords;
  /** Undefined in a namespaced install: there is nothing to do then. Asked late, since watches tell the handlers below. */
  readonly watches: () => {
    readonly clusterExternalValues: Watch | undefined;
    readonly externalValues: Watch;
    readonly namespaces: Watch | undefined;
  };
  /** Whether this replica speaks for what is cluster-scoped. */
  readonly mayWrite: () => boolean;
  readonly onError: (name: string, error: unknown) => void;
  readonly hooks: QueueHooks;
}

/** The ClusterExternalValues: a queue of their own, and what the watches tell it. */
export interface FanOut {
  readonly queue: WorkQueue;
  readonly handlers: {
    readonly clusterExternalValues: Handler;
    readonly externalValues: Handler;
    readonly namespaces: Handler;
    readonly stores: Handler;
  };
  /** Looks at each again: this replica has begun to speak for them. */
  queueAll(): void;
}

// Status changes of a hundred ExternalValues come within seconds: each becomes one of a few writes.
const coalesceMs = 500;
const concurrency = 5;

export function createFanOut(options: FanOutOptions): FanOut {
  const { client, clock, random, records, watches } = options;
  const children = createReverseIndex();
  const timers = new Map<string, () => void>();

  const reconciler = createFanOutReconciler({
    client,
    records,
    find: (name) => watches().clusterExternalValues?.get(name),
    namespaces: function* () {
      for (const namespace of watches().namespaces?.values() ?? []) yield factsOf(namespace);
    },
    findChild: (namespace, name) => watches().externalValues.get(`${namespace}/${name}`),
    childrenOf: (uid) =>
      [...children.referrers(uid)].flatMap((key): ChildObject[] => {
        const child = watches().externalValues.get(key);
        return child ? [child] : [];
      }),
  });
  const queue = createWorkQueue({
    clock,
    random,
    concurrency,
    turns: options.turns,
    work: async (name) => (options.mayWrite() ? await reconciler.reconcile(name) : undefined),
    onError: options.onError,
    hooks: options.hooks,
  });

  const now = (name: string, line: Line = "interactive"): void => queue.add(name, line);
  const soon = (name: string): void => {
    if (timers.has(name)) return;
    timers.set(
      name,
      clock.after(coalesceMs, () => {
        timers.delete(name);
        now(name, "refresh");
      }),
    );
  };
  const queueAll = (): void => {
    for (const { metadata } of watches().clusterExternalValues?.values() ?? []) now(metadata.name);
  };
  /** An ExternalValue of that name may be what stands, or stood, in the way of one of ours. */
  const queueNamesake = (child: KubernetesObject): void => {
    for (const { name, child: template } of reconciler.models()) if (template.name === child.metadata.name) now(name);
  };

  const queueParent = (name: string, child: KubernetesObject, previous: KubernetesObject | undefined): void => {
    if (previous && edited(child, previous)) now(name);
    else soon(name);
  };

  return {
    queue,
    queueAll,
    handlers: {
      clusterExternalValues: {
        changed(key, object, previous) {
          const { uid, generation, deletionTimestamp } = object.metadata;
          const before = previous?.metadata;
          const same = before?.uid === uid && before?.generation === generation;
          if (!same || deletionTimestamp !== before?.deletionTimestamp) now(key);
        },
        deleted(key) {
          queue.remove(key);
          now(key);
        },
      },
      externalValues: {
        changed(key, object, previous) {
          const parent = parentOf(object);
          children.set(key, parent ? [parent.uid] : []);
          if (parent) queueParent(parent.name, object, previous);
          // It has changed hands.
          else if (previous && parentOf(previous)) queueNamesake(object);
        },
        deleted(key, last) {
          children.remove(key);
          queueNamesake(last);
          const parent = parentOf(last);
          if (parent) now(parent.name);
        },
      },
      namespaces: {
        changed(_key, object, previous) {
          const facts = factsOf(object);
          const before = previous && factsOf(previous);
          for (const model of reconciler.models()) {
            const wanted = matches(facts, model) && !facts.deleting;
            const had = before !== undefined && matches(before, model) && !before.deleting;
            if (wanted !== had) now(model.name);
          }
        },
        deleted(_key, last) {
          for (const model of reconciler.models()) if (matches(factsOf(last), model)) soon(model.name);
        },
      },
      stores: {
        changed(_key, object, previous) {
          // Another controller class may serve them now.
          if (object.metadata.generation !== previous?.metadata.generation) queueAll();
        },
        deleted: () => queueAll(),
      },
    },
  };
}

function factsOf({ metadata }: KubernetesObject): NamespaceFacts {
  return { name: metadata.name, labels: metadata.labels ?? {}, deleting: metadata.deletionTimestamp !== undefined };
}

/** Anything but its status: labels and annotations do not move the generation. */
function edited(object: KubernetesObject, previous: KubernetesObject): boolean {
  const facts = ({ metadata }: KubernetesObject) =>
    JSON.stringify([
      metadata.uid,
      metadata.generation,
      metadata.labels,
      metadata.annotations,
      metadata.ownerReferences,
    ]);
  return facts(object) !== facts(previous);
}
