import type { Failure } from "../../api/conditions.ts";
import type { DataFromItem, DataItem, TargetModel } from "../../api/model.ts";
import type { ShapedKey } from "../../values/contract.ts";
import { isTemplate } from "../../values/target/templates.ts";
import type { Outcome } from "./outcome.ts";

export type Item = DataItem | DataFromItem;

/** One item with what it came to after shaping. */
export interface ItemResult {
  readonly item: Item;
  /** Under which identity and region it was read, where it was. */
  readonly origin?: string;
  readonly result:
    | {
        readonly kind: "keys";
        readonly keys: readonly ShapedKey[];
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
  /** Items whose last value stays, read back from the target. */
  readonly kept: readonly Item[];
  readonly degraded: readonly Failure[];
  /** Under deletionPolicy Delete: everything it held is gone, and the target goes. */
  readonly allGone: boolean;
}

/** Applies `optional` and `deletionPolicy` to what was read (api.md, "Policies for what is gone"). Pure. */
export function select(target: TargetModel, results: readonly ItemResult[]): Selection {
  const concerned = results.filter(({ item }) => concerns(item, target));
  const verdicts = concerned.map((entry) => ({ entry, verdict: judge(entry, target) }));
  const pick = <K extends Verdict["kind"]>(kind: K) =>
    verdicts.flatMap(({ entry, verdict }) =>
      verdict.kind === kind ? [{ entry, verdict: verdict as Extract<Verdict, { kind: K }> }] : [],
    );
  const gone = pick("gone");
  const absent = new Set([...gone, ...pick("leaveOut")].map(({ entry }) => entry.item));
  const own = concerned.filter(({ item }) => item.to === target.kind || item.to === "ByType");
  const allGone = target.deletionPolicy === "Delete" && gone.length > 0 && own.every(({ item }) => absent.has(item));
  const frozen = target.deletionPolicy === "Delete" && !allGone ? gone : [];
  return {
    keys: pick("use").flatMap(({ verdict }) => [...verdict.keys]),
    blocked: [...pick("block"), ...frozen].map(({ verdict }) => verdict.failure),
    kept: pick("keep").map(({ entry }) => entry.item),
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

function judge({ item, result }: ItemResult, target: TargetModel): Verdict {
  if (result.kind === "keys") {
    return { kind: "use", keys: result.keys, ...(result.degraded ? { degraded: result.degraded } : {}) };
  }
  // A variable has no last value that could stay: rather the whole target than a template's default in its place.
  const isVariable = item.to !== target.kind && item.to !== "ByType";
  if (item.optional && isVariable && result.kind === "waiting") return { kind: "block", failure: result.failure };
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

/** A target with templates, in its labels and annotations too, may name every key; else it takes what is routed to it. */
function concerns(item: Item, target: TargetModel): boolean {
  return item.to === target.kind || item.to === "ByType" || hasTemplates(target);
}

function hasTemplates({ template, labels, annotations }: TargetModel): boolean {
  return template !== undefined || [...Object.values(labels), ...Object.values(annotations)].some(isTemplate);
}
