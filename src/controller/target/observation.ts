import type { TargetKind } from "../../api/model.ts";
import type { OwnerReference } from "../../kubernetes/objects.ts";

/** A target as it was just read. Its data lives only as long as one reconcile: compared, then forgotten. */
export interface ObservedTarget {
  readonly kind: TargetKind;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly deleting: boolean;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly ownerReferences: readonly OwnerReference[];
  /** Secrets only; empty for a ConfigMap. */
  readonly type: string;
  readonly immutable: boolean;
  readonly data: ReadonlyMap<string, Uint8Array>;
  /** Which field managers hold each data key. */
  readonly keyManagers: ReadonlyMap<string, readonly string[]>;
  /** Data keys that our manager has applied: an apply that names one no longer gives it up. */
  readonly appliedKeys: ReadonlySet<string>;
  /** Labels and annotations that this ExternalValue's own field manager holds, and nobody else. */
  readonly ownLabels: ReadonlySet<string>;
  readonly ownAnnotations: ReadonlySet<string>;
}

/** What is remembered of a target between reconciles: no data, only a salted fingerprint of it. */
export interface TargetMemo {
  readonly uid: string;
  readonly resourceVersion: string;
  /** Keyed hash of the data, with a key that dies with the process. */
  readonly dataPrint: string;
  /** Keyed hash of everything else that was asked for: labels, annotations, type, ownership. */
  readonly shapePrint: string;
  readonly dataVersion: number;
  /** The keys that it was left with, under our field manager. */
  readonly keys: ReadonlySet<string>;
  /** What the API server would not change in place. */
  readonly type: string;
  readonly immutable: boolean;
  /** Made by somebody else, and only merged into. */
  readonly merged: boolean;
}

/** The `shapePrint` of a target that is to be compared again: equal to none. */
export const unfinishedShape = "";

export type Observation =
  | { readonly kind: "absent" }
  /** Still at the resourceVersion that it was left with. */
  | { readonly kind: "unchanged"; readonly memo: TargetMemo }
  | { readonly kind: "read"; readonly object: ObservedTarget };
