import type { RestartRow } from "../external-value/status-model.ts";
import type { Workload } from "./workload.ts";

export interface RestartInput {
  /** Workloads that the spec names or selects, each once. */
  readonly workloads: readonly Workload[];
  /** Named in the spec, and not there. */
  readonly missing: readonly { readonly kind: string; readonly name: string }[];
  /** From the status. */
  readonly rows: readonly RestartRow[];
  /** The data version of the last visit, from the status; undefined: nothing was recorded before. */
  readonly lastDataVersion: number | undefined;
  /** The data version now. */
  readonly dataVersion: number;
}

export interface RestartPlan {
  /** To be restarted for the data version now, with their rows until that is done. */
  readonly due: readonly { readonly workload: Workload; readonly row: RestartRow }[];
  /** Rows of all others: those in step, and those that are not there. */
  readonly rows: readonly RestartRow[];
  /** Not there, although data has changed since they were named: nobody can be restarted. */
  readonly overdue: readonly RestartRow[];
}

/**
 * Which workloads lag behind the data. Pure.
 *
 * ```text
 * row of this very workload (uid)   its number counts
 * no row                            it was there when the data changed, or came since: the last visit's number counts,
 *                                   so that a workload created between two visits is restarted for the next change,
 *                                   and at the very first visit nothing is restarted
 * its own mark is at the number     restarted by a process that ended before it could say so: only recorded
 * ```
 */
export function planRestarts(input: RestartInput): RestartPlan {
  const { workloads, missing, rows, dataVersion } = input;
  const unseen = input.lastDataVersion ?? dataVersion;
  const standing = workloads.map((workload) => {
    const { kind, name, uid, marked } = workload;
    const row = rows.find((entry) => isRowOf(entry, workload) && entry.uid === uid);
    const reached = Math.max(row?.dataVersion ?? unseen, marked);
    return { workload, row: { kind, name, uid, dataVersion: Math.min(reached, dataVersion) } };
  });
  const absent = missing.map(({ kind, name }) => {
    const row = rows.find((entry) => isRowOf(entry, { kind, name }));
    return { kind, name, dataVersion: row?.dataVersion ?? unseen };
  });
  const lags = (row: RestartRow): boolean => row.dataVersion < dataVersion;
  return {
    due: standing.filter(({ row }) => lags(row)),
    rows: [...standing.map(({ row }) => row).filter((row) => !lags(row)), ...absent],
    overdue: absent.filter(lags),
  };
}

/** The rows of a status list in a fixed order. */
export function sortedRows(rows: readonly RestartRow[]): readonly RestartRow[] {
  const key = ({ kind, name }: RestartRow): string => `${kind}/${name}`;
  return [...rows].sort((one, other) => (key(one) < key(other) ? -1 : 1));
}

function isRowOf(row: RestartRow, { kind, name }: { readonly kind: string; readonly name: string }): boolean {
  return row.kind === kind && row.name === name;
}
