import type { Failure } from "../../api/conditions.ts";
import type { ExternalValueModel } from "../../api/model.ts";
import { ApiError } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { resourceTypes } from "../../kubernetes/resource-types.ts";
import type { WriteContext } from "../target/apply-target.ts";
import { type RemovalResult, removeTarget } from "../target/remove-target.ts";
import { type Settled, stand } from "./conclude.ts";
import { type ItemResult, isUnreadOptional } from "./select.ts";
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
  /** Why strays could not be removed. They hold up nothing else. */
  readonly unremoved: readonly Failure[];
}

export interface FormerTargetsInput {
  readonly model: ExternalValueModel;
  /** The targets in the status. */
  readonly known: readonly TargetRow[];
  /** What the watch shows besides. */
  readonly strays: readonly Stray[];
  readonly items: readonly ItemResult[];
  readonly settled: readonly Settled[];
}

/**
 * Removes what the living ExternalValue names no longer, after all that it names stands (api.md, "Deleting"), and at once
 * what deletionPolicy Delete lets go. The ExternalValue is read fresh first: a stale copy must not remove anything.
 */
export async function removeFormerTargets(
  { model, known, strays, items, settled }: FormerTargetsInput,
  write: WriteContext,
): Promise<FormerTargets> {
  const former = known.filter((row) => !settled.some((entry) => keeps(entry, row)));
  const allStand = settled.every(stand);
  const isNamed = (row: TargetRow) => settled.some((entry) => isTargetOf(entry, row));
  const due = former.filter((row) => allStand || isNamed(row));
  // The last value of what cannot be read may stand in a stray alone.
  const mayGo = allStand && !items.some(isUnreadOptional);
  const dueStrays = mayGo ? strays.filter((stray) => !known.some((row) => isSame(row, stray))) : [];
  const nothing = { lingering: former, removed: [], spared: [], raced: false, unremoved: [] };
  if (due.length + dueStrays.length === 0 || !(await isCurrent(model, write))) return nothing;
  const rows = await removeEach(due, (row) => removeTarget({ ...row, allGone: isNamed(row) }, write));
  const unremoved: Failure[] = [];
  const others = await removeEach(dueStrays, (stray) => removeStray(stray, unremoved, write));
  return {
    lingering: [...former.filter((row) => !due.includes(row)), ...rows.raced],
    removed: [...rows.removed, ...others.removed],
    spared: others.spared,
    raced: rows.raced.length + others.raced.length > 0,
    unremoved,
  };
}

type Removal = RemovalResult | "unremoved";

async function removeEach<T>(targets: readonly T[], remove: (target: T) => Promise<Removal>) {
  const results: Record<"raced" | "removed" | "spared" | "unremoved", T[]> = {
    raced: [],
    removed: [],
    spared: [],
    unremoved: [],
  };
  for (const target of targets) {
    const result = await remove(target);
    results[result === "deleted" || result === "released" || result === "absent" ? "removed" : result].push(target);
  }
  return results;
}

/** One that the API server does not let go is told of: restarts and the status must not wait for what nothing needs. */
async function removeStray(stray: Stray, unremoved: Failure[], write: WriteContext): Promise<Removal> {
  try {
    return await removeTarget({ ...stray, allGone: false, isStray: true }, write);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    unremoved.push({
      reason: "TargetConflict",
      message: `${stray.kind}/${stray.name}, which this ExternalValue has made and names no longer, cannot be removed: ${error.message}; allow it to the operator's ServiceAccount, or delete it`,
    });
    return "unremoved";
  }
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
