import type { Failure } from "../../api/conditions.ts";
import type { StoreRef } from "../../api/model.ts";
import { parseStore } from "../../api/parse-store.ts";
import type { StoreModel } from "../../api/store-model.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";

/** What is known of the cluster object that a store's identity starts from. */
export interface BaseFacts {
  readonly uid?: string;
  /** The ServiceAccount's annotation eks.amazonaws.com/role-arn. */
  readonly roleArnAnnotation?: string;
}

/** A store as this operator sees it. */
export type StoreRecord =
  | { readonly kind: "invalid"; readonly failure: Failure; object: KubernetesObject }
  | { readonly kind: "foreign"; object: KubernetesObject }
  | {
      readonly kind: "served";
      object: KubernetesObject;
      readonly model: StoreModel;
      /** Undefined until they were looked up once. */
      facts: BaseFacts | undefined;
      /** The look-up could not be made: what refers to the store says so, instead of waiting in silence. */
      lookUpFailed?: string;
      /** Grows with every change that a resolution could show. */
      revision: number;
    };

/** The stores that are watched, parsed once for each edit. */
export interface StoreRecords {
  get(ref: StoreRef, namespace: string): StoreRecord | undefined;
  /** Takes in a store as watched; returns whether anything but its status changed. */
  put(object: KubernetesObject): boolean;
  remove(object: KubernetesObject): void;
  /** The record's key: `ClusterValueStore/aws`, `ValueStore/shop/aws`. */
  keyOf(ref: StoreRef, namespace: string): string;
  byKey(key: string): StoreRecord | undefined;
  all(): IterableIterator<readonly [string, StoreRecord]>;
}

export function createStoreRecords(controllerClass: string): StoreRecords {
  const records = new Map<string, StoreRecord>();
  let revisions = 0;

  const keyOf = (ref: StoreRef, namespace: string): string =>
    ref.kind === "ClusterValueStore" ? `${ref.kind}/${ref.name}` : `${ref.kind}/${namespace}/${ref.name}`;

  const recordOf = (object: KubernetesObject): StoreRecord => {
    const parsed = parseStore(object);
    if (classOf(object) !== controllerClass) return { kind: "foreign", object };
    if (!parsed.ok) return { kind: "invalid", failure: parsed.failure, object };
    revisions += 1;
    return { kind: "served", object, model: parsed.value, facts: undefined, revision: revisions };
  };

  return {
    keyOf,
    get: (ref, namespace) => records.get(keyOf(ref, namespace)),
    byKey: (key) => records.get(key),
    all: () => records.entries(),
    put(object) {
      const key = storeKeyOf(object);
      const before = records.get(key)?.object.metadata;
      const { uid, generation } = object.metadata;
      if (before?.uid === uid && before?.generation === generation) {
        const record = records.get(key);
        // The same record: a look-up that is under way puts what it learns into it.
        if (record) record.object = object;
        return false;
      }
      records.set(key, recordOf(object));
      return true;
    },
    remove: (object) => void records.delete(storeKeyOf(object)),
  };
}

function classOf(object: KubernetesObject): string {
  const spec: unknown = "spec" in object ? object.spec : undefined;
  const value: unknown =
    typeof spec === "object" && spec !== null && "controllerClass" in spec ? spec.controllerClass : "";
  return typeof value === "string" ? value : "";
}

/** `ClusterValueStore/aws`, `ValueStore/shop/aws`. */
export function storeKeyOf({ kind, metadata }: KubernetesObject): string {
  return metadata.namespace === undefined
    ? `${kind}/${metadata.name}`
    : `${kind}/${metadata.namespace}/${metadata.name}`;
}
