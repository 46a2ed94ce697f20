import type { ExternalValueModel, TargetKind } from "../api/model.ts";
import { targetsOf } from "./external-value/gather-targets.ts";
import type { References } from "./external-value/services.ts";
import { createReverseIndex } from "./reverse-index.ts";
import type { StoreRecords } from "./stores/store-records.ts";

export interface ReferenceIndex extends References {
  ofTarget(kind: TargetKind, namespace: string, name: string): ReadonlySet<string>;
  ofStore(storeKey: string): ReadonlySet<string>;
}

/** What each served ExternalValue refers to. */
export function createReferences(records: StoreRecords): ReferenceIndex {
  const targets = createReverseIndex();
  const stores = createReverseIndex();
  /** A spec is taken in once. */
  const taken = new Map<string, ExternalValueModel>();
  return {
    set(key, model) {
      if (taken.get(key) === model) return;
      taken.set(key, model);
      targets.set(
        key,
        targetsOf(model).map(({ kind, name }) => `${kind}/${model.namespace}/${name}`),
      );
      const items = [...model.data, ...model.dataFrom];
      stores.set(
        key,
        items.map(({ store }) => records.keyOf(store, model.namespace)),
      );
    },
    forget(key) {
      taken.delete(key);
      targets.remove(key);
      stores.remove(key);
    },
    ofTarget: (kind, namespace, name) => targets.referrers(`${kind}/${namespace}/${name}`),
    ofStore: (storeKey) => stores.referrers(storeKey),
  };
}
