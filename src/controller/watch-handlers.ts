import type { TargetKind } from "../api/model.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { isNewer } from "../kubernetes/resource-version.ts";
import type { ControlledTargets } from "./controlled-targets.ts";
import { type Entry, targetKey } from "./external-value/entry.ts";
import { asksForLook } from "./external-value/gather-targets.ts";
import { forgetShown } from "./external-value/write-status.ts";
import { namedTargets } from "./named-targets.ts";
import type { Line } from "./queue/fair-lines.ts";
import type { ReferenceIndex } from "./references.ts";
import { type StoreRecords, storeKeyOf } from "./stores/store-records.ts";
import { controllerOf } from "./target/claim.ts";
import type { WatchHandlers } from "./watches.ts";

export interface HandlerOptions {
  readonly records: StoreRecords;
  readonly references: ReferenceIndex;
  readonly controlled: ControlledTargets;
  readonly entries: ReadonlyMap<string, Entry>;
  readonly queue: (key: string, line: Line) => void;
  readonly dequeue: (key: string) => void;
  readonly queueStore: (storeKey: string) => void;
  /** Every ExternalValue of a namespace that is watched. */
  readonly inNamespace: (namespace: string) => Iterable<string>;
}

/** Turns what is watched into keys on the queues. No handler does any work of its own. */
export function createWatchHandlers(options: HandlerOptions): Omit<WatchHandlers, "clusterExternalValues"> {
  const { records, references, queue, queueStore } = options;
  return {
    externalValues: {
      changed(key, object, previous) {
        const entry = options.entries.get(key);
        if (entry) forgetShown(entry, object);
        if (previous === undefined || asksForWork(object, previous)) queue(key, "interactive");
      },
      deleted(key, last) {
        // Work under way, or the next visit, finds it gone and forgets it.
        options.dequeue(key);
        queue(key, "interactive");
        freeTargets(last, options);
      },
    },
    stores: {
      changed(_key, object) {
        if (!records.put(object)) return;
        queueStore(storeKeyOf(object));
        for (const key of references.ofStore(storeKeyOf(object))) queue(key, "interactive");
      },
      deleted(_key, object) {
        records.remove(object);
        queueStore(storeKeyOf(object));
        for (const key of references.ofStore(storeKeyOf(object))) queue(key, "interactive");
      },
    },
    namespaces: {
      changed(key, object, previous) {
        if (previous !== undefined && sameLabels(object, previous)) return;
        // Access rules may select by these labels; a resource may be seen before its namespace is.
        for (const resource of options.inNamespace(key)) queue(resource, "refresh");
      },
      deleted() {},
    },
    target: (kind) => ({
      changed(_key, object, previous) {
        options.controlled.changed(kind, object, previous);
        sightTarget(kind, object, options, false);
        sightStray(kind, object, options);
      },
      deleted(_key, object) {
        options.controlled.deleted(kind, object);
        sightTarget(kind, object, options, true);
      },
    }),
  };
}

/** Our own status writes come back as events: they are no work. */
function asksForWork(object: KubernetesObject, previous: KubernetesObject): boolean {
  const before = previous.metadata;
  const { uid, generation, deletionTimestamp, annotations } = object.metadata;
  return (
    uid !== before.uid ||
    generation !== before.generation ||
    deletionTimestamp !== before.deletionTimestamp ||
    annotations?.["externalvalues.dev/refresh"] !== before.annotations?.["externalvalues.dev/refresh"]
  );
}

/** A resourceVersion that is not our own write, or a deletion, means drift: look, repair. */
function sightTarget(kind: TargetKind, object: KubernetesObject, options: HandlerOptions, gone: boolean): void {
  const { name, namespace = "", resourceVersion = "", uid = "" } = object.metadata;
  for (const key of options.references.ofTarget(kind, namespace, name)) {
    const target = options.entries.get(key)?.targets.get(targetKey(kind, name));
    if (!target) continue;
    if (gone) target.gone = { uid, resourceVersion };
    if (isNewer(resourceVersion, target.seenVersion ?? "")) target.seenVersion = resourceVersion;
    // Nothing remembered: the visit that is under way looks for itself, and again at its end.
    if (asksForLook(target)) options.queue(key, "interactive");
  }
}

/** Its owner names another target by now, and may not know of this one (strays.ts). */
function sightStray(kind: TargetKind, object: KubernetesObject, { entries, references, queue }: HandlerOptions): void {
  const { name, namespace = "", ownerReferences = [] } = object.metadata;
  const controller = controllerOf({ ownerReferences });
  if (controller === undefined) return;
  const key = `${namespace}/${controller.name}`;
  const isNamed = references.ofTarget(kind, namespace, name).has(key);
  if (!isNamed && entries.get(key)?.uid === controller.uid) queue(key, "refresh");
}

/**
 * Keys that a deleted ExternalValue held are nobody's now: whom they stood in the way looks again. By what was deleted,
 * not by what is remembered of it: another replica may have served it.
 */
function freeTargets(last: KubernetesObject, { entries, references, queue }: HandlerOptions): void {
  for (const { kind, name } of namedTargets(last)) {
    for (const other of references.ofTarget(kind, last.metadata.namespace ?? "", name)) {
      if (entries.get(other)?.targets.get(targetKey(kind, name))?.blocked === true) queue(other, "interactive");
    }
  }
}

function sameLabels(one: KubernetesObject, other: KubernetesObject): boolean {
  return JSON.stringify(one.metadata.labels ?? {}) === JSON.stringify(other.metadata.labels ?? {});
}
