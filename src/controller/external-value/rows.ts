import type { DataFromItem, TargetModel } from "../../api/model.ts";
import { sourceLabel } from "../../values/source-label.ts";
import { isRowOf } from "./delivered.ts";
import { itemId } from "./item-id.ts";
import { describeRef } from "./read-error.ts";
import { type Item, type ItemResult, isAbsent } from "./select.ts";
import { isLetGo, type ValueRow } from "./status-model.ts";

// More is refused by the CRD, and a status much larger by the API server.
const mostRows = 500;
const mostBytes = 600_000;

/** As many rows as a status has room for. */
export function rowsThatFit(rows: readonly ValueRow[]): readonly ValueRow[] {
  let bytes = 0;
  const fitting = rows.slice(0, mostRows).findIndex((row) => {
    bytes += Buffer.byteLength(JSON.stringify(row));
    return bytes > mostBytes;
  });
  return rows.slice(0, fitting < 0 ? mostRows : fitting);
}

/** What became of the keys of a target. */
export type Fate =
  | { readonly state: "frozen" | "deleted" }
  | {
      readonly state: "stands";
      readonly deletionPolicy: TargetModel["deletionPolicy"];
      /** Key to the field manager that held it before. */
      readonly takenOver: ReadonlyMap<string, string>;
    };

type Fates = ReadonlyMap<ValueRow["to"], Fate>;

/**
 * One row per key, faulty ones first, never a value. States: `Synced`; `Held`, read but not written since another key of
 * the target, or the target itself, failed; `Missing`, optional and not there; `Pruned` and `Deleted`, gone and let go by
 * the target's deletionPolicy; `Stale`, the last value stays; else the reason of the failure.
 */
export function rowsOf(items: readonly ItemResult[], fates: Fates, previous: readonly ValueRow[]): readonly ValueRow[] {
  const rows = items.flatMap((entry) => rowsOfItem(entry, fates, previous));
  const rank = (row: ValueRow): number => (row.state === "Synced" ? 2 : isLetGo(row) ? 1 : 0);
  return rows.sort((one, other) => rank(one) - rank(other)).map(bounded);
}

// The CRD bounds both, and refuses a status beyond a bound as a whole; a key of a JSON object may have any length.
const longestText = 2_000;

function bounded(row: ValueRow): ValueRow {
  const { source, message } = row;
  return { ...row, source: cut(source), ...(message === undefined ? {} : { message: cut(message) }) };
}

const cut = (text: string): string => (text.length <= longestText ? text : `${text.slice(0, longestText - 1)}…`);

function rowsOfItem(entry: ItemResult, fates: Fates, previous: readonly ValueRow[]): ValueRow[] {
  const { result, origin, item } = entry;
  if (result.kind !== "keys") return faultyRows(entry, fates, previous);
  const state = result.degraded ? "Stale" : "Synced";
  const from = "key" in item ? {} : { item: itemId(item) };
  return result.keys.map(({ key, to, source, version }) => {
    const before = rowBefore(previous, key, to);
    const fate = fates.get(to);
    if (fate && fate.state !== "stands") return { key, to, source, ...present(before), ...from, state: "Held" };
    const takenOverFrom = fate?.takenOver.get(key) ?? before?.takenOverFrom;
    return { key, to, source, ...present({ version, origin, takenOverFrom }), ...from, state };
  });
}

/** The item, or the lost key; with a `dataFrom` that failed, the keys that it brought stay named. */
function faultyRows(entry: ItemResult, fates: Fates, previous: readonly ValueRow[]): ValueRow[] {
  const { item, lost, formerRows = [] } = entry;
  if (lost) return [lostRow(lost, entry, fates)];
  const row = faultyRow(entry, fates, previous);
  if ("key" in item) return [row];
  const state = item.optional ? "Stale" : "Held";
  const brought = [...broughtRows(entry, item, previous), ...(isLetGoNow(entry, fates) ? [] : formerRows)];
  return [row, ...brought.map(({ message: _, ...known }) => ({ ...known, state }))];
}

function broughtRows({ result }: ItemResult, item: DataFromItem, previous: readonly ValueRow[]): readonly ValueRow[] {
  if (isAbsent(result)) return [];
  const id = itemId(item);
  return previous.filter((known) => known.item === id && known.key !== item.field && !isLetGo(known));
}

/** Gone, and the target that it goes to has let it go: then nothing stays in the one that it leaves. */
function isLetGoNow({ item, result }: ItemResult, fates: Fates): boolean {
  return isAbsent(result) && (item.to === "ByType" || fates.get(item.to)?.state !== "frozen");
}

/** Stays named after it is let go, so that a start of the operator need not confirm it again. */
function lostRow(lost: ValueRow, { item, result }: ItemResult, fates: Fates): ValueRow {
  const { message: _, ...row } = lost;
  const message = result.kind === "keys" ? "" : result.failure.message;
  return { ...row, state: stateOf(item, lost.to, result, fates), message };
}

/** The state of a key that could not be read. */
function stateOf({ optional }: Item, to: ValueRow["to"], result: ItemResult["result"], fates: Fates): string {
  if (optional) return isAbsent(result) ? "Missing" : "Stale";
  const fate = fates.get(to);
  const isGone = result.kind === "missing" && result.gone === "confirmed";
  if (isGone && fate?.state === "deleted") return "Deleted";
  if (isGone && fate?.state === "stands" && fate.deletionPolicy === "Prune") return "Pruned";
  return result.kind === "keys" ? "Synced" : result.failure.reason;
}

/** What the status says of the key so far. */
function rowBefore(previous: readonly ValueRow[], key: string, to: ValueRow["to"]): ValueRow | undefined {
  return previous.find((row) => row.key === key && row.to === to);
}

/** The last delivery of this very value: that the key once came from elsewhere is no evidence of it. */
function evidence(previous: readonly ValueRow[], item: Item, to: ValueRow["to"]): ValueRow | undefined {
  const its = previous.filter((row) => row.version !== undefined && isRowOf(row, item));
  // Re-routed before it could be read again, it was delivered to the other target.
  return its.find((row) => row.to === to) ?? its[0];
}

/** A key that could not be read: what was delivered before stays named, as evidence and for people. */
function faultyRow({ item, result }: ItemResult, fates: Fates, previous: readonly ValueRow[]): ValueRow {
  if (result.kind === "keys") throw new Error("a row of a read item is not faulty");
  const to = item.to === "ByType" ? "Secret" : item.to;
  const key = "key" in item ? item.key : item.field;
  const absent = item.optional && isAbsent(result);
  return {
    key,
    to,
    source: sourceOf(item),
    ...(absent ? {} : present(evidence(previous, item, to))),
    state: stateOf(item, to, result, fates),
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
  row: { readonly [Field in "version" | "origin" | "takenOverFrom"]?: string | undefined } | undefined,
): Partial<ValueRow> {
  return {
    ...(row?.version === undefined ? {} : { version: row.version }),
    ...(row?.origin === undefined ? {} : { origin: row.origin }),
    ...(row?.takenOverFrom === undefined ? {} : { takenOverFrom: row.takenOverFrom }),
  };
}
