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
  const own = concerned.filter(({ item }) => item.to === target.kind || item.to === "ByType");
  const allGone =
    target.deletionPolicy === "Delete" &&
    own.length > 0 &&
    own.every(({ item }) => gone.some(({ entry }) => entry.item === item));
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
  if (item.optional) return judgeOptional(result);
  if (result.kind !== "missing" || result.gone !== "confirmed" || target.deletionPolicy === "Retain") {
    return { kind: "block", failure: result.failure };
  }
  return target.deletionPolicy === "Prune" ? { kind: "leaveOut" } : { kind: "gone", failure: result.failure };
}

/** Gone or never there: left out. Unreadable, or gone at a first look only: the last value stays. */
function judgeOptional(result: Exclude<ItemResult["result"], { kind: "keys" }>): Verdict {
  const absent = result.kind === "missing" && result.gone !== "once";
  return absent ? { kind: "leaveOut" } : { kind: "keep", failure: result.failure };
}

/** A target with templates, in its labels and annotations too, may name every key; else it takes what is routed to it. */
function concerns(item: Item, target: TargetModel): boolean {
  return item.to === target.kind || item.to === "ByType" || hasTemplates(target);
}

function hasTemplates({ template, labels, annotations }: TargetModel): boolean {
  return template !== undefined || [...Object.values(labels), ...Object.values(annotations)].some(isTemplate);
}
