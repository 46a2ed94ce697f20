import type { Failure } from "../../api/conditions.ts";
import type { DataFromItem, DataItem, TargetModel } from "../../api/model.ts";
import type { ShapedKey } from "../../values/contract.ts";
import { isTemplate } from "../../values/target/templates.ts";
import type { Outcome } from "./outcome.ts";
import type { ValueRow } from "./status-model.ts";

export type Item = DataItem | DataFromItem;

/** One item with what it came to after shaping. */
export interface ItemResult {
  readonly item: Item;
  /** Under which identity and region it was asked for, where it was. */
  readonly origin?: string;
  /** A key that a `dataFrom` item brought before and brings no longer; the result is about it alone. */
  readonly lost?: ValueRow;
  /** Of a `dataFrom` item that cannot be read: the rows of what it brought while its `to` was another. */
  readonly formerRows?: readonly ValueRow[];
  /** The keys that it brought before, as far as the status tells. */
  readonly delivered?: ReadonlySet<string>;
  readonly result:
    | {
        readonly kind: "keys";
        readonly keys: readonly ShapedKey[];
        /** Which versions of which values they were made of: their `versionKey`. */
        readonly versions?: readonly string[];
        /** When they were read (clock milliseconds). */
        readonly at?: number;
        readonly degraded?: Failure;
        readonly freshUntil?: number;
      }
    | Exclude<Outcome, { readonly kind: "value" }>;
}

/** What goes into one target, or why nothing may. */
export interface Selection {
  /** Every key that a template of the target may name; composition picks those routed to it. */
  readonly keys: readonly ShapedKey[];
  /** Not empty: the target stays as it is (all or nothing per target). */
  readonly blocked: readonly Failure[];
  /** What stays at its last value, read back from the target. */
  readonly kept: readonly ItemResult[];
  readonly degraded: readonly Failure[];
  /** Under deletionPolicy Delete: everything it held is gone, and the target goes. */
  readonly allGone: boolean;
}

/** Applies `optional` and `deletionPolicy` to what was read (api.md, "Policies for what is gone"). Pure. */
export function select(target: TargetModel, results: readonly ItemResult[]): Selection {
  const concerned = results.filter((entry) => isTakenBy(entry, target));
  const verdicts = concerned.map((entry) => ({ entry, verdict: judge(entry, target) }));
  const pick = <K extends Verdict["kind"]>(kind: K) =>
    verdicts.flatMap(({ entry, verdict }) =>
      verdict.kind === kind ? [{ entry, verdict: verdict as Extract<Verdict, { kind: K }> }] : [],
    );
  const gone = pick("gone");
  const absent = new Set([...gone, ...pick("leaveOut")].map(({ entry }) => entry));
  const own = concerned.filter((entry) => isRouted(entry, target) && !bringsNothing(entry, target));
  const allGone = target.deletionPolicy === "Delete" && gone.length > 0 && own.every((entry) => absent.has(entry));
  const frozen = target.deletionPolicy === "Delete" && !allGone ? gone : [];
  return {
    keys: pick("use").flatMap(({ verdict }) => [...verdict.keys]),
    blocked: [...pick("block"), ...frozen].map(({ verdict }) => verdict.failure),
    kept: pick("keep").map(({ entry }) => entry),
    degraded: [
      ...pick("use").flatMap(({ verdict }) => (verdict.degraded ? [verdict.degraded] : [])),
      ...pick("keep").map(({ verdict }) => verdict.failure),
    ],
    allGone,
  };
}

type Verdict =
  | { readonly kind: "use"; readonly keys: readonly ShapedKey[]; readonly degraded?: Failure }
  | { readonly kind: "block"; readonly failure: Failure }
  | { readonly kind: "keep"; readonly failure: Failure }
  | { readonly kind: "leaveOut" }
  /** Gone for certain, under a policy that lets it go. */
  | { readonly kind: "gone"; readonly failure: Failure };

function judge(entry: ItemResult, target: TargetModel): Verdict {
  const { item, result } = entry;
  if (result.kind === "keys") {
    return { kind: "use", keys: result.keys, ...(result.degraded ? { degraded: result.degraded } : {}) };
  }
  // A variable has no last value that could stay: rather the whole target than a template's default in its place.
  if (item.optional && !isRouted(entry, target) && result.kind === "waiting")
    return { kind: "block", failure: result.failure };
  if (item.optional) return judgeOptional(result);
  if (result.kind !== "missing" || result.gone !== "confirmed" || target.deletionPolicy === "Retain") {
    return { kind: "block", failure: result.failure };
  }
  return target.deletionPolicy === "Prune" ? { kind: "leaveOut" } : { kind: "gone", failure: result.failure };
}

/** Gone or never there: left out. Unreadable, or not gone for certain: the last value stays. */
function judgeOptional(result: Exclude<ItemResult["result"], { kind: "keys" }>): Verdict {
  return isAbsent(result) ? { kind: "leaveOut" } : { kind: "keep", failure: result.failure };
}

/** Gone for certain, or never there as far as anybody knows. */
export function isAbsent(result: ItemResult["result"]): boolean {
  return result.kind === "missing" && (result.gone === "never" || result.gone === "confirmed");
}

/** It cannot be read now, so that its last value stays where it stands. */
export function isUnreadOptional({ item, result }: ItemResult): boolean {
  return item.optional && result.kind !== "keys" && !isAbsent(result);
}

/** A target with templates, in its labels and annotations too, may name every key; else it takes what is routed to it. */
export function isTakenBy(entry: ItemResult, target: TargetModel): boolean {
  return isRouted(entry, target) || hasTemplates(target);
}

/** Whether keys of it may stand in the target, not only be named by its templates. */
export function isRouted({ item, lost }: ItemResult, { kind }: Pick<TargetModel, "kind">): boolean {
  const to = lost ? lost.to : item.to;
  return to === kind || to === "ByType";
}

function bringsNothing({ result }: ItemResult, { kind }: TargetModel): boolean {
  return result.kind === "keys" && !result.keys.some(({ to }) => to === kind);
}

/** Also in its labels and annotations. */
export function hasTemplates({ template, labels, annotations }: TargetModel): boolean {
  return template !== undefined || [...Object.values(labels), ...Object.values(annotations)].some(isTemplate);
}
