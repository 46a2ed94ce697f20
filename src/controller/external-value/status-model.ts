import type { Condition } from "../../api/conditions.ts";
import type { TargetKind } from "../../api/model.ts";

/** What is written to `status` of an ExternalValue. */
export interface StatusModel {
  readonly observedGeneration: number;
  readonly conditions: readonly Condition[];
  readonly values: readonly ValueRow[];
  /** Counts of all keys, also where the rows were cut. */
  readonly counts: { readonly total: number; readonly ready: number; readonly faulty: number };
  readonly targets: readonly TargetRow[];
  readonly restarts?: readonly RestartRow[];
  /** Counts changes of data over all targets; kept where `spec.restart` asks for restarts. */
  readonly dataVersion?: number;
  /** RFC 3339; when data last changed. */
  readonly lastChangedTime?: string;
  readonly lastHandledRefresh?: string;
  /** For the printer columns. */
  readonly store: string;
}

export interface ValueRow {
  readonly key: string;
  readonly to: TargetKind | "Template";
  readonly source: string;
  readonly version?: string;
  readonly state: string;
  /**
   * Under which identity and region the value was delivered: evidence that it was there before, should the service say
   * that it is gone (api.md, "Gone"). Not a secret: a region and a hash of names.
   */
  readonly origin?: string;
  /** Which `dataFrom` item brought it: its `itemId`. */
  readonly item?: string;
  /** The field manager that held the key before this ExternalValue took it over. */
  readonly takenOverFrom?: string;
  readonly message?: string;
}

/** Gone for certain, and out of the target: nothing has to be confirmed again. */
export function isLetGo({ state }: ValueRow): boolean {
  return state === "Pruned" || state === "Deleted" || state === "Missing";
}

export interface TargetRow {
  readonly kind: TargetKind;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly dataVersion: number;
  /** What the data of this dataVersion was made from (made-from.ts); undefined: not known, or in doubt. */
  readonly inputs?: string;
  /** Made by somebody else, and only merged into: not ours to take over when the policy changes. */
  readonly merged?: boolean;
}

export interface RestartRow {
  readonly kind: string;
  readonly name: string;
  /** Undefined: it was not there. */
  readonly uid?: string;
  readonly dataVersion: number;
}

/** The status of an object that has none yet. */
export const emptyStatus: StatusModel = {
  observedGeneration: -1,
  conditions: [],
  values: [],
  counts: { total: 0, ready: 0, faulty: 0 },
  targets: [],
  store: "",
};

/** Whether the status says so of a condition. */
export function hasCondition({ conditions }: StatusModel, type: string, status: Condition["status"]): boolean {
  return conditions.some((one) => one.type === type && one.status === status);
}

/** Whether the status says that a store is missing: then the resource may be another operator's (served-here.ts). */
export function missesStore({ conditions }: StatusModel): boolean {
  return conditions.some(({ type, reason }) => type === "Ready" && reason === "StoreNotFound");
}

/** The status as it stands in an object: the CRD has checked its shape; what is missing is empty. */
export function readStatus(status: unknown): StatusModel {
  return { ...emptyStatus, ...(typeof status === "object" && status !== null ? status : {}) };
}
