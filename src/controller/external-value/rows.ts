import type { TargetKind } from "../../api/model.ts";
import type { TargetDecision } from "./decide.ts";
import { describeRef } from "./read-error.ts";
import type { ItemResult } from "./select.ts";
import type { ValueRow } from "./status-model.ts";

/** At most so many rows in a status: more is refused by the API server as too large (kubernetes.md). */
export const mostRows = 500;

/**
 * One row per key, faulty ones first, never a value. States: `Synced`; `Held`, read but not written since another key of
 * the target failed; `Missing`, optional and not there; `Stale`, the last value stays; else the reason of the failure.
 */
export function rowsOf(
  items: readonly ItemResult[],
  decisions: readonly TargetDecision[],
  previous: readonly ValueRow[],
): readonly ValueRow[] {
  const frozen = new Set(decisions.flatMap(({ kind, target }) => (kind === "planned" ? [] : [target.kind])));
  const rows = items.flatMap((entry) => rowsOfItem(entry, frozen, previous));
  const rank = ({ state }: ValueRow): number => (state === "Synced" ? 2 : state === "Missing" ? 1 : 0);
  return rows.sort((one, other) => rank(one) - rank(other));
}

function rowsOfItem(entry: ItemResult, frozen: ReadonlySet<TargetKind>, previous: readonly ValueRow[]): ValueRow[] {
  const { result, origin } = entry;
  if (result.kind !== "keys") return [faultyRow(entry, previous)];
  const state = result.degraded ? "Stale" : "Synced";
  return result.keys.map(({ key, to, source, version }) => {
    if (to === "Template" || !frozen.has(to)) return { key, to, source, ...present({ version, origin }), state };
    return { key, to, source, ...present(rowBefore(previous, key, to)), state: "Held" };
  });
}

/** What the status says of the key so far. */
function rowBefore(previous: readonly ValueRow[], key: string, to: ValueRow["to"]): ValueRow | undefined {
  return previous.find((row) => row.key === key && row.to === to);
}

/** A key that could not be read: what was delivered before stays named, as evidence and for people. */
function faultyRow({ item, result }: ItemResult, previous: readonly ValueRow[]): ValueRow {
  if (result.kind === "keys") throw new Error("a row of a read item is not faulty");
  const to = item.to === "ByType" ? "Secret" : item.to;
  const key = "key" in item ? item.key : item.field;
  const absent = item.optional && result.kind === "missing" && result.gone !== "once";
  const state = absent ? "Missing" : item.optional ? "Stale" : result.failure.reason;
  return {
    key,
    to,
    source: describeRef(item.ref),
    ...(absent ? {} : present(rowBefore(previous, key, to))),
    state,
    message: result.failure.message,
  };
}

function present(
  row: { readonly version?: string | undefined; readonly origin?: string | undefined } | undefined,
): Partial<ValueRow> {
  return {
    ...(row?.version === undefined ? {} : { version: row.version }),
    ...(row?.origin === undefined ? {} : { origin: row.origin }),
  };
}
