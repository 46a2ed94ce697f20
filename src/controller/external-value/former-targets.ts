import type { ExternalValueModel } from "../../api/model.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { resourceTypes } from "../../kubernetes/resource-types.ts";
import type { WriteContext } from "../target/apply-target.ts";
import { removeTarget } from "../target/remove-target.ts";
import { type Settled, stand } from "./conclude.ts";
import type { TargetRow } from "./status-model.ts";

export interface FormerTargets {
  /** Could not be removed yet: they stay in the status, so that they are not forgotten. */
  readonly lingering: readonly TargetRow[];
  /** No longer there, or no longer ours. */
  readonly removed: readonly TargetRow[];
}

/**
 * Removes what the living ExternalValue names no longer, after all that it names stands (api.md, "Deleting"), and at once
 * what deletionPolicy Delete lets go. The ExternalValue is read fresh first: a stale copy must not remove anything.
 */
export async function removeFormerTargets(
  model: ExternalValueModel,
  known: readonly TargetRow[],
  settled: readonly Settled[],
  write: WriteContext,
): Promise<FormerTargets> {
  const former = known.filter((row) => !settled.some((entry) => keeps(entry, row)));
  const allStand = settled.every(stand);
  const isNamed = (row: TargetRow) => settled.some((entry) => isTargetOf(entry, row));
  const due = former.filter((row) => allStand || isNamed(row));
  if (due.length === 0 || !(await isCurrent(model, write))) return { lingering: former, removed: [] };
  const lingering = former.filter((row) => !due.includes(row));
  const removed: TargetRow[] = [];
  for (const row of due) {
    const result = await removeTarget({ ...row, allGone: isNamed(row) }, write);
    if (result === "raced") lingering.push(row);
    else removed.push(row);
  }
  return { lingering, removed };
}

function keeps(entry: Settled, row: TargetRow): boolean {
  return isTargetOf(entry, row) && entry.decision.kind !== "delete";
}

function isTargetOf({ decision }: Settled, row: TargetRow): boolean {
  return decision.target.kind === row.kind && decision.target.name === row.name;
}

async function isCurrent(model: ExternalValueModel, { client }: WriteContext): Promise<boolean> {
  const fresh = await client.get<KubernetesObject>(resourceTypes.externalValues, model);
  const { uid, generation, deletionTimestamp } = fresh?.metadata ?? {};
  return uid === model.uid && generation === model.generation && deletionTimestamp === undefined;
}
