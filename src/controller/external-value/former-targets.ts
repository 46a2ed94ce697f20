import type { ExternalValueModel } from "../../api/model.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { resourceTypes } from "../../kubernetes/resource-types.ts";
import type { WriteContext } from "../target/apply-target.ts";
import { type FormerTarget, removeTarget } from "../target/remove-target.ts";
import { type Settled, stand } from "./conclude.ts";
import type { TargetRow } from "./status-model.ts";
import type { Stray } from "./strays.ts";

export interface FormerTargets {
  /** Could not be removed yet: they stay in the status, so that they are not forgotten. */
  readonly lingering: readonly TargetRow[];
  /** No longer there, or no longer ours. */
  readonly removed: readonly Pick<TargetRow, "kind" | "name">[];
  /** Strays that somebody else made: not ours to remove. */
  readonly spared: readonly Stray[];
  /** Somebody else wrote to one that was to be removed: it is looked at again. */
  readonly raced: boolean;
}

export interface FormerTargetsInput {
  readonly model: ExternalValueModel;
  /** The targets in the status. */
  readonly known: readonly TargetRow[];
  /** What the watch shows besides. */
  readonly strays: readonly Stray[];
  readonly settled: readonly Settled[];
}

/**
 * Removes what the living ExternalValue names no longer, after all that it names stands (api.md, "Deleting"), and at once
 * what deletionPolicy Delete lets go. The ExternalValue is read fresh first: a stale copy must not remove anything.
 */
export async function removeFormerTargets(
  { model, known, strays, settled }: FormerTargetsInput,
  write: WriteContext,
): Promise<FormerTargets> {
  const former = known.filter((row) => !settled.some((entry) => keeps(entry, row)));
  const allStand = settled.every(stand);
  const isNamed = (row: TargetRow) => settled.some((entry) => isTargetOf(entry, row));
  const due = former.filter((row) => allStand || isNamed(row));
  const dueStrays = allStand ? strays.filter((stray) => !known.some((row) => isSame(row, stray))) : [];
  const nothing = { lingering: former, removed: [], spared: [], raced: false };
  if (due.length + dueStrays.length === 0 || !(await isCurrent(model, write))) return nothing;
  const rows = await removeEach(due, (row) => ({ ...row, allGone: isNamed(row) }), write);
  const others = await removeEach(dueStrays, (stray) => ({ ...stray, allGone: false, isStray: true }), write);
  return {
    lingering: [...former.filter((row) => !due.includes(row)), ...rows.raced],
    removed: [...rows.removed, ...others.removed],
    spared: others.spared,
    raced: rows.raced.length + others.raced.length > 0,
  };
}

async function removeEach<T>(targets: readonly T[], formerOf: (target: T) => FormerTarget, write: WriteContext) {
  const results: { readonly [result in "raced" | "removed" | "spared"]: T[] } = { raced: [], removed: [], spared: [] };
  for (const target of targets) {
    const result = await removeTarget(formerOf(target), write);
    results[result === "raced" || result === "spared" ? result : "removed"].push(target);
  }
  return results;
}

function keeps(entry: Settled, row: TargetRow): boolean {
  return isTargetOf(entry, row) && entry.decision.kind !== "delete";
}

const isTargetOf = ({ decision }: Settled, row: TargetRow): boolean => isSame(decision.target, row);

type Named = Pick<TargetRow, "kind" | "name">;

const isSame = (one: Named, other: Named): boolean => one.kind === other.kind && one.name === other.name;

async function isCurrent(model: ExternalValueModel, { client }: WriteContext): Promise<boolean> {
  const fresh = await client.get<KubernetesObject>(resourceTypes.externalValues, model);
  const { uid, generation, deletionTimestamp } = fresh?.metadata ?? {};
  return uid === model.uid && generation === model.generation && deletionTimestamp === undefined;
}
