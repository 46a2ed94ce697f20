import type { TargetKind } from "../../api/model.ts";
import { sourceLabel } from "../../values/source-label.ts";
import { isRowOf } from "./delivered.ts";
import { describeRef } from "./read-error.ts";
import { type Item, type ItemResult, isAbsent } from "./select.ts";
import type { ValueRow } from "./status-model.ts";

/** At most so many rows in a status: more is refused by the API server as too large (kubernetes.md). */
export const mostRows = 500;

/**
 * One row per key, faulty ones first, never a value. `frozen`: targets that could not be brought in order. States:
 * `Synced`; `Held`, read but not written since another key of the target, or the target itself, failed; `Missing`,
 * optional and not there; `Stale`, the last value stays; else the reason of the failure.
 */
export function rowsOf(
  items: readonly ItemResult[],
  frozen: ReadonlySet<TargetKind>,
  previous: readonly ValueRow[],
): readonly ValueRow[] {
  const rows = items.flatMap((entry) => rowsOfItem(entry, frozen, previous));
  const rank = ({ state }: ValueRow): number => (state === "Synced" ? 2 : state === "Missing" ? 1 : 0);
  return rows.sort((one, other) => rank(one) - rank(other)).map(bounded);
}

// The CRD bounds both, and refuses a status beyond a bound as a whole; a key of a JSON object may have any length.
const longestText = 2_000;

function bounded(row: ValueRow): ValueRow {
  const { source, message } = row;
  return { ...row, source: cut(source), ...(message === undefined ? {} : { message: cut(message) }) };
}

const cut = (text: string): string => (text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`);

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

/** The last delivery of this very value: that the key once came from elsewhere is no evidence of it. */
function evidence(previous: readonly ValueRow[], item: Item, to: ValueRow["to"]): ValueRow | undefined {
  return previous.find((row) => row.version !== undefined && isRowOf(row, item) && (row.to === to || !("key" in item)));
}

/** A key that could not be read: what was delivered before stays named, as evidence and for people. */
function faultyRow({ item, result }: ItemResult, previous: readonly ValueRow[]): ValueRow {
  if (result.kind === "keys") throw new Error("a row of a read item is not faulty");
  const to = item.to === "ByType" ? "Secret" : item.to;
  const key = "key" in item ? item.key : item.field;
  const absent = item.optional && isAbsent(result);
  const state = absent ? "Missing" : item.optional ? "Stale" : result.failure.reason;
  return {
    key,
    to,
    source: sourceOf(item),
    ...(absent ? {} : present(evidence(previous, item, to))),
    state,
    message: result.failure.message,
  };
}

/** As in the row of a key that was read, so that a failure changes the state of a row and not its source. */
function sourceOf(item: ItemResult["item"]): string {
  const { ref } = item;
  const isFind = ref.kind !== "parameter" && ref.kind !== "secret" && ref.kind !== "tags";
  return isFind ? describeRef(ref) : sourceLabel(ref, "extract" in item ? item.extract : { kind: "whole" });
}

function present(
  row: { readonly version?: string | undefined; readonly origin?: string | undefined } | undefined,
): Partial<ValueRow> {
  return {
    ...(row?.version === undefined ? {} : { version: row.version }),
    ...(row?.origin === undefined ? {} : { origin: row.origin }),
  };
}
