import type { Failure } from "../../api/conditions.ts";
import type { DataFromItem } from "../../api/model.ts";
import type { Service } from "../../api/source.ts";
import { type FormerRows, routedNow } from "./former-routes.ts";
import type { Sourced } from "./gather-values.ts";
import { itemId } from "./item-id.ts";
import { describeRef } from "./read-error.ts";
import type { ItemResult } from "./select.ts";
import { isLetGo, type ValueRow } from "./status-model.ts";

/** When each key was first missed (clock milliseconds), by `slot`. */
export type MissedSince = Map<string, number>;

/** What is known of keys that were there before. */
export interface Evidence {
  readonly rows: readonly ValueRow[];
  /** Of the same items and rows. */
  readonly formerRows: FormerRows;
  readonly missedSince: MissedSince;
  readonly secondLookMs: number;
}

// Names that come and go for ever must not fill the status.
const mostLetGo = 50;

/**
 * A key that a find, a path or a JSON object brought before, and brings no longer, is a value that is gone: it must not
 * vanish in silence. Adds one missing value for each. A match that a list does not bring was looked at directly before:
 * the reading plane remembers it, or was told of it by `formerMatches`.
 */
export function withLostKeys(
  results: readonly ItemResult[],
  { rows, formerRows, missedSince, secondLookMs }: Evidence,
): readonly ItemResult[] {
  const supplied = new Set(results.flatMap(suppliedBy));
  for (const key of supplied) missedSince.delete(key);
  return results.flatMap((entry) => {
    const { item } = entry;
    const at = readAt(entry);
    if ("key" in item || at === undefined) return [entry];
    const id = itemId(item);
    const known = rows.filter((row) => row.item === id && row.version !== undefined);
    const former = formerRows(item).map((row) => routedNow(row, item));
    const standing = known.filter((row) => !isLetGo(row));
    const brought = onePerSlot([...known.filter(isLetGo).slice(-mostLetGo), ...standing, ...former]);
    const lost = brought.filter(({ key }) => !isSupplied(key, supplied));
    return [
      lost.length > 0 ? emptied(entry, at) : entry,
      ...lost.map((row) => lostKey(entry, item, row, { at, missedSince, secondLookMs })),
    ];
  });
}

/** The first of each: of what the item brought as it is now, rather than of a former route that came to the same place. */
function onePerSlot(rows: readonly ValueRow[]): readonly ValueRow[] {
  const bySlot = new Map<string, ValueRow>();
  for (const row of rows) {
    const place = slot(row.key, row.to);
    if (!bySlot.has(place)) bySlot.set(place, row);
  }
  return [...bySlot.values()];
}

/**
 * Names that a find brought before under the same identity and region, as the rows tell. After a start of the operator
 * nobody else knows of them, and what no list brings must be looked at before it counts as gone.
 */
export function formerMatches(
  { item, resolution }: Sourced,
  rows: readonly ValueRow[],
  formerRows: FormerRows,
): readonly string[] {
  if ("key" in item || resolution.kind !== "ready" || !isFind(item)) return [];
  const { ref } = item;
  const id = itemId(item);
  const isIts = (row: ValueRow): boolean => row.item === id && row.version !== undefined && !isLetGo(row);
  const its = [...rows.filter(isIts), ...formerRows(item)].filter(({ origin }) => origin === resolution.origin);
  return its.flatMap(({ source }) =>
    matchName(source, ref.kind === "secretsByFilter" ? "secretsManager" : "parameterStore"),
  );
}

function isFind({ ref }: DataFromItem): boolean {
  return ref.kind === "parametersByPath" || ref.kind === "parametersByTags" || ref.kind === "secretsByFilter";
}

/** The name of a match as its row shows it: `parameterstore:/shop/db#host`. Neither service's names hold a "#". */
function matchName(source: string, service: Service): string[] {
  const head = `${service.toLowerCase()}:`;
  const [name = ""] = source.slice(head.length).split("#", 1);
  return source.startsWith(head) && name !== "" ? [name] : [];
}

export const slot = (key: string, to: string): string => `${to}/${key}`;

/** By whatever route: a parameter that became a SecureString has moved, it is not lost. */
function isSupplied(key: string, supplied: ReadonlySet<string>): boolean {
  return ["Secret", "ConfigMap", "Template"].some((to) => supplied.has(slot(key, to)));
}

/** The keys that an item asks for, or brought, and where they go. */
export function suppliedBy({ item, result }: ItemResult): string[] {
  if ("key" in item) return [slot(item.key, item.to)];
  return result.kind === "keys" ? result.keys.map(({ key, to }) => slot(key, to)) : [];
}

/** When all that the item asks for was read; undefined where it was not. */
function readAt({ result }: ItemResult): number | undefined {
  if (result.kind === "keys") return result.at;
  return result.kind === "unreadable" ? result.emptyAt : undefined;
}

/** A find that brought keys before and is empty now: each of them says so for itself. */
function emptied(entry: ItemResult, at: number): ItemResult {
  return entry.result.kind === "keys" ? entry : { ...entry, result: { kind: "keys", keys: [], at } };
}

function lostKey(
  { origin }: ItemResult,
  item: DataFromItem,
  row: ValueRow,
  {
    at,
    missedSince,
    secondLookMs,
  }: { readonly at: number; readonly missedSince: MissedSince; readonly secondLookMs: number },
): ItemResult {
  const failure: Failure = {
    reason: "ValueNotFound",
    message: `key ${row.key}: ${row.source} is no longer there among ${describeRef(item.ref)}; create it again, or see deletionPolicy and optional`,
  };
  const base = { item, lost: row, ...(origin === undefined ? {} : { origin }) };
  // Asked elsewhere now: that it is not there proves nothing.
  if (row.origin !== origin) return { ...base, result: { kind: "missing", failure, gone: "unproven" } };
  const missed = slot(row.key, row.to);
  const since = missedSince.get(missed) ?? at;
  missedSince.set(missed, since);
  if (isLetGo(row) || at - since >= secondLookMs) {
    return { ...base, result: { kind: "missing", failure, gone: "confirmed" } };
  }
  return { ...base, result: { kind: "missing", failure, gone: "once", lookAgainAt: since + secondLookMs } };
}
