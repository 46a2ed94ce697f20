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

/** What was counted, and what was told of it. */
export interface Count {
  /** The number in the status; undefined: none, the count begins. */
  readonly told: number | undefined;
  /** The combined data version now. */
  readonly counted: number;
  /** Data was changed by this process since it last gave a number: none of what is marked was for that change. */
  readonly isNew: boolean;
  /** The highest number that this process has given: a status that was not written is no reason to give another. */
  readonly given: number | undefined;
}

/** Data has changed since the status was written. */
export function hasGrown({ told, counted }: Pick<Count, "told" | "counted">): boolean {
  return told !== undefined && counted > told;
}

/**
 * The number under which a count is told, and that workloads are marked with. `marks`: the numbers that they carry. They may
 * be ahead where what they counted was forgotten: `spec.restart` was empty for a while, or a target was deleted before the
 * status told of it. Pure.
 *
 * ```text
 * no change                 no mark is above it, so that the next change is above every mark, whoever comes to restart for it
 * a change, marks below     as counted
 * a change, a mark at it    restarted for it already, by a process that ended; a change of this process takes the next one
 * a change, a mark above    the next one: in doubt a restart too many is better than one missed
 * ```
 */
export function numberOf(count: Count, marks: readonly number[]): number {
  const highest = Math.max(0, ...marks);
  if (!hasGrown(count)) return Math.max(count.counted, highest);
  const least = Math.max(count.counted, count.given ?? 0);
  const isTaken = count.isNew ? highest >= least : highest > least;
  return isTaken ? highest + 1 : least;
}
