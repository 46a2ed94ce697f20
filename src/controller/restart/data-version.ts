import type { TargetRow } from "../external-value/status-model.ts";

/**
 * Counts the changes of data over all targets of a resource: what was counted, and what each target's own count has grown
 * by since. So it never goes back, although a target may be renamed, removed or made anew, and a crash between the write
 * of a target and that of the status loses nothing: the rows and the sum are written together.
 */
export function combinedDataVersion(
  counted: number | undefined,
  before: readonly TargetRow[],
  after: readonly TargetRow[],
): number {
  // Nothing was counted yet, so no row has been.
  const known = counted === undefined ? [] : before;
  return after.reduce((sum, row) => sum + growth(row, known), counted ?? 0);
}

function growth(row: TargetRow, before: readonly TargetRow[]): number {
  const earlier = before.find(({ kind, name }) => kind === row.kind && name === row.name);
  return Math.max(0, row.dataVersion - (earlier?.dataVersion ?? 0));
}
