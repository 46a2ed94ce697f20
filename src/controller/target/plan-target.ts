import type { Failure } from "../../api/conditions.ts";
import type { ComposedTarget } from "../../values/contract.ts";
import { type Claimant, claim, isMade, takenOver } from "./claim.ts";
import { compareTarget, type Difference } from "./compare.ts";
import { type DesiredShape, desiredShape } from "./desired.ts";
import type { Fingerprinter } from "./fingerprint.ts";
import { dataVersionAnnotation } from "./names.ts";
import { type Observation, type ObservedTarget, type TargetMemo, unfinishedShape } from "./observation.ts";

/** What is to be done about one target. */
export type TargetPlan =
  | { readonly action: "none"; readonly memo: TargetMemo }
  | ({ readonly action: "write" } & TargetWrite)
  /** The memory does not suffice to decide: read the target and plan again. */
  | { readonly action: "observe" }
  | { readonly action: "fail"; readonly failure: Failure };

export interface TargetWrite {
  /** `recreate`: delete with preconditions and create at once. */
  readonly how: "create" | "update" | "recreate";
  readonly composed: ComposedTarget;
  readonly shape: DesiredShape;
  readonly dataVersion: number;
  readonly dataChanged: boolean;
  /** Preconditions of an update or a deletion. */
  readonly live?: { readonly uid: string; readonly resourceVersion: string };
  readonly prints: { readonly dataPrint: string; readonly shapePrint: string };
  /** Made by somebody else, and only merged into. */
  readonly merged: boolean;
  /**
   * The keys that go in the first request, together with the data and its count. An apply would leave behind what another
   * manager, or our own creating POST, holds, and take a second request, with old and new keys together between.
   */
  readonly removes?: readonly string[];
  /** What else differs follows by an apply, which also makes all that is ours held by it. */
  readonly thenApplies?: boolean;
  /** Key to the foreign manager that held it, for the status. */
  readonly takenOver: ReadonlyMap<string, string>;
}

export interface PlanContext extends Claimant {
  readonly fingerprinter: Fingerprinter;
  /** The last memo, also where the target is absent now: the same data made again is no change. */
  readonly lastMemo?: TargetMemo;
  /** From the status; 0 where none. */
  readonly lastDataVersion: number;
  /** Without a memo: whether the status proves that the data is that of its dataVersion (made-from.ts). */
  readonly sameInputs?: () => boolean;
  /** Of refreshPolicy Once: objects that were written already, and are left as they are. */
  readonly leftAlone?: ReadonlySet<string>;
}

/** Decides create, update, recreate, nothing, or why not. Pure. */
export function planTarget(composed: ComposedTarget, observation: Observation, context: PlanContext): TargetPlan {
  const shape = desiredShape(context.target, composed, context.owner);
  const prints = {
    dataPrint: context.fingerprinter.data(composed.data),
    shapePrint: context.fingerprinter.shape(shape),
  };
  const draft: Draft = { composed, shape, prints, context };
  switch (observation.kind) {
    case "absent":
      return planAbsent(draft);
    case "unchanged":
      return context.leftAlone?.has(observation.memo.uid)
        ? { action: "none", memo: observation.memo }
        : planUnchanged(draft, observation.memo);
    case "read":
      return planRead(draft, observation.object);
  }
}

interface Draft {
  readonly composed: ComposedTarget;
  readonly shape: DesiredShape;
  readonly prints: TargetWrite["prints"];
  readonly context: PlanContext;
}

function planAbsent({ composed, shape, prints, context }: Draft): TargetPlan {
  if (context.target.creationPolicy === "Merge") {
    return fail(
      "TargetMissing",
      `${composed.kind}/${composed.name} must exist for creationPolicy Merge; create it, or use CreateOrMerge`,
    );
  }
  const dataChanged = !isLastData(prints, context);
  const last = context.lastMemo?.dataVersion ?? context.lastDataVersion;
  const dataVersion = dataChanged ? last + 1 : last;
  return {
    action: "write",
    how: "create",
    composed,
    shape,
    prints,
    merged: false,
    dataVersion,
    dataChanged,
    takenOver: new Map(),
  };
}

/** Whether the data is the same as when it was last written, by memory or, where the process is new, by the status. */
function isLastData({ dataPrint }: TargetWrite["prints"], { lastMemo, sameInputs }: PlanContext): boolean {
  return lastMemo ? lastMemo.dataPrint === dataPrint : sameInputs?.() === true;
}

function planUnchanged({ composed, shape, prints }: Draft, memo: TargetMemo): TargetPlan {
  const dataChanged = memo.dataPrint !== prints.dataPrint;
  if (!dataChanged && memo.shapePrint === prints.shapePrint) return { action: "none", memo };
  const needsRecreate = differsForGood(shape, memo, dataChanged);
  if (takesMore(composed, shape, memo) || (needsRecreate && !shape.mayRecreate)) return { action: "observe" };
  const shapeDiffers = memo.shapePrint !== prints.shapePrint;
  const leaving = [...memo.keys].filter((key) => !composed.data.has(key));
  // Who holds them decides what takes them away.
  if (leaving.length > 0 && !needsRecreate && (shapeDiffers || !shape.exclusive)) return { action: "observe" };
  return {
    action: "write",
    ...writeInto({ needsRecreate, dataChanged, dataVersion: memo.dataVersion }, memo),
    composed,
    shape,
    prints,
    merged: memo.merged && !shape.exclusive,
    ...(shapeDiffers ? {} : { removes: leaving }),
    takenOver: new Map(),
  };
}

/** Keys or a whole object that were not ours: look who holds them before taking them. */
function takesMore({ data }: ComposedTarget, shape: DesiredShape, memo: TargetMemo): boolean {
  return shape.exclusive ? memo.merged : [...data.keys()].some((key) => !memo.keys.has(key));
}

/** The API server cannot change it in place: the type, and whatever is immutable. */
function differsForGood(shape: DesiredShape, memo: TargetMemo, dataChanged: boolean): boolean {
  return (
    (shape.type !== undefined && shape.type !== memo.type) || (memo.immutable && (dataChanged || !shape.immutable))
  );
}

function planRead(draft: Draft, object: ObservedTarget): TargetPlan {
  const { composed, shape, prints, context } = draft;
  if (object.deleting) {
    return fail("TargetMissing", `${object.kind}/${object.name} is being deleted; it is made again once it is gone`);
  }
  const refused = claim(object, composed.data.keys(), context);
  if (refused) return { action: "fail", failure: refused };
  if (context.leftAlone?.has(object.uid)) return { action: "none", memo: memoAsItIs(object, draft) };
  const difference = compareTarget(object, { composed, shape }, context.owner, context.fieldManager);
  const written = parseDataVersion(object.annotations[dataVersionAnnotation]);
  if (difference.keys.length === 0 && !difference.shape && written > 0) {
    return { action: "none", memo: memoOf(object, draft, written) };
  }
  const refusedChange = refuseChange(difference, object, shape);
  if (refusedChange) return refusedChange;
  const dataChanged = difference.keys.length > 0 && !repairsDrift(draft, difference, written);
  // The annotation may have been edited away: the count never goes back.
  const dataVersion = Math.max(written, context.lastMemo?.dataVersion ?? 0, context.lastDataVersion);
  return {
    action: "write",
    ...writeInto({ needsRecreate: difference.needsRecreate, dataChanged, dataVersion }, object),
    composed,
    shape,
    prints,
    merged: isMerged(object, draft),
    ...removal(difference, draft),
    takenOver: takenOver(object, composed.data.keys(), context.fieldManager),
  };
}

/**
 * Keys go in the very write that brings the others and counts them, so that a crash leaves nothing that would be counted on
 * its own. Of a merged target our own go, by that write too, since an apply keeps what our creating POST holds.
 */
function removal(
  { keys, shape: reshapes }: Difference,
  { composed, shape }: Draft,
): Pick<TargetWrite, "removes" | "thenApplies"> {
  const surplus = keys.filter((key) => !composed.data.has(key));
  if (surplus.length === 0) return reshapes ? {} : { removes: [] };
  return reshapes || !shape.exclusive ? { removes: surplus, thenApplies: true } : { removes: surplus };
}

/** Only what is controlled may be deleted and made again (api.md, "Deleting"). */
function refuseChange(difference: Difference, object: ObservedTarget, shape: DesiredShape): TargetPlan | undefined {
  if (!difference.needsRecreate || shape.mayRecreate) return undefined;
  const why = object.immutable ? "is immutable" : `has the type ${object.type}, which cannot be changed`;
  return fail(
    "TargetImmutable",
    `${object.kind}/${object.name} ${why}, and is not owned by this ExternalValue; delete it, or choose another name for the target`,
  );
}

/** Stays so until the ExternalValue is let to take the whole object over. */
function isMerged(object: ObservedTarget, { shape, context }: Draft): boolean {
  return !shape.exclusive && !isMade(object, context);
}

/** Data that an edit by hand took away is put back, not changed: workloads read the same as before. */
function repairsDrift({ prints, context }: Draft, { needsRecreate }: Difference, written: number): boolean {
  // Data that the status does not know of yet is none of its dataVersion's.
  const isTold = context.lastMemo !== undefined || written <= context.lastDataVersion;
  return isTold && isLastData(prints, context) && !needsRecreate;
}

function writeInto(
  change: { readonly needsRecreate: boolean; readonly dataChanged: boolean; readonly dataVersion: number },
  live: { readonly uid: string; readonly resourceVersion: string },
): Pick<TargetWrite, "how" | "dataVersion" | "dataChanged" | "live"> {
  return {
    how: change.needsRecreate ? "recreate" : "update",
    dataVersion: Math.max(change.dataVersion + (change.dataChanged ? 1 : 0), 1),
    dataChanged: change.dataChanged,
    live: { uid: live.uid, resourceVersion: live.resourceVersion },
  };
}

/** Of what stands there, not of what is wanted: with another refreshPolicy the two are compared again. */
function memoAsItIs(object: ObservedTarget, draft: Draft): TargetMemo {
  const { fingerprinter, lastDataVersion } = draft.context;
  const prints = { dataPrint: fingerprinter.data(object.data), shapePrint: unfinishedShape };
  const dataVersion = Math.max(parseDataVersion(object.annotations[dataVersionAnnotation]), lastDataVersion, 1);
  return memoOf(object, { ...draft, prints }, dataVersion);
}

function memoOf(object: ObservedTarget, draft: Draft, dataVersion: number): TargetMemo {
  const { composed, prints } = draft;
  return {
    uid: object.uid,
    resourceVersion: object.resourceVersion,
    ...prints,
    dataVersion,
    keys: new Set(composed.data.keys()),
    type: object.type,
    immutable: object.immutable,
    merged: isMerged(object, draft),
  };
}

function parseDataVersion(text: string | undefined): number {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : 0;
}

function fail(reason: Failure["reason"], message: string): TargetPlan {
  return { action: "fail", failure: { reason, message } };
}
