import type { Failure } from "../../api/conditions.ts";
import type { TargetModel } from "../../api/model.ts";
import type { Turns } from "../../event-loop/turns.ts";
import { composeTarget } from "../../values/compose-target.ts";
import type { ComposedTarget, Result, Sandbox, ShapedKey } from "../../values/contract.ts";
import type { TargetOwner } from "../target/desired.ts";
import type { Fingerprinter } from "../target/fingerprint.ts";
import type { Observation, ObservedTarget } from "../target/observation.ts";
import { planTarget, type TargetPlan } from "../target/plan-target.ts";
import type { TargetEntry } from "./gather-targets.ts";
import { madeFrom } from "./made-from.ts";
import { hasTemplates, type Item, type ItemResult, isRouted, type Selection, select } from "./select.ts";
import type { TargetRow } from "./status-model.ts";
import type { TemplateSources } from "./template-sources.ts";

/** Everything that the decision about one target rests on. */
export interface DecideInput {
  readonly target: TargetModel;
  readonly owner: TargetOwner;
  readonly fieldManager: string;
  readonly items: readonly ItemResult[];
  readonly observation: Observation;
  readonly entry: TargetEntry;
  /** The targets in the status. */
  readonly known: readonly TargetRow[];
  /** Sources of `template.from`, or why they could not be had. */
  readonly templatesFrom: Result<TemplateSources>;
  readonly sandbox: Sandbox;
  readonly turns: Turns;
  readonly fingerprinter: Fingerprinter;
  /** Whether an ExternalValue of this name is there. */
  isLiving(externalValueName: string): boolean;
  /** refreshPolicy Once: what was written already stays as it is. */
  readonly once?: boolean;
}

export type TargetDecision = {
  readonly target: TargetModel;
  readonly selection: Selection;
} /** `atLast`: with its last good content, since a kept value cannot be read back. */ & (
  | { readonly kind: "frozen"; readonly failures: readonly Failure[]; readonly atLast?: boolean }
  /** deletionPolicy Delete, and all its values are gone. */
  | { readonly kind: "delete" }
  | {
      readonly kind: "planned";
      readonly composed: ComposedTarget;
      readonly plan: Exclude<TargetPlan, { action: "observe" }>;
      /** What the data is made from, for the status. */
      readonly inputs?: string;
    }
  | { readonly kind: "observe" }
);

/**
 * What a target must hold and what is to be done for it. A function of its input alone: composing runs in the sandbox
 * and so answers later, but asks nobody.
 */
export async function decideTarget(input: DecideInput): Promise<TargetDecision> {
  const { target, observation } = input;
  const selection = select(target, input.items);
  const decided = { target, selection };
  if (selection.blocked.length > 0) return { ...decided, kind: "frozen", failures: selection.blocked };
  if (selection.allGone) return { ...decided, kind: "delete" };
  if (!input.templatesFrom.ok) return { ...decided, kind: "frozen", failures: [input.templatesFrom.failure] };
  if (selection.kept.length > 0 && observation.kind === "unchanged") return { ...decided, kind: "observe" };
  const kept = keptKeys(selection, input);
  const withheld = withheldFrom(target, selection, kept);
  if (withheld.length > 0) return { ...decided, kind: "frozen", failures: withheld, atLast: true };
  const composed = await composeTarget(target, [...selection.keys, ...kept], {
    sandbox: input.sandbox,
    turns: input.turns,
    uid: input.owner.uid,
    templatesFrom: input.templatesFrom.value.texts,
  });
  if (!composed.ok) return { ...decided, kind: "frozen", failures: [composed.failure] };
  const plan = planTarget(composed.value, observation, planContext(input));
  if (plan.action === "observe") return { ...decided, kind: "observe" };
  const inputs = inputsFor(plan, input);
  return { ...decided, kind: "planned", composed: composed.value, plan, ...(inputs === undefined ? {} : { inputs }) };
}

const rowsOf = ({ target, known }: DecideInput): readonly TargetRow[] =>
  known.filter(({ kind, name }) => kind === target.kind && name === target.name);

/**
 * Those of the status for as long as the data is that of its dataVersion: for them alone nothing is written. A process without
 * memory did not see what stands being made, but has compared it: it is what would be made now.
 */
function inputsFor(plan: Exclude<TargetPlan, { action: "observe" }>, input: DecideInput): string | undefined {
  // With Once, data that others have edited is left alone: what it was made from proves nothing.
  if (plan.action === "fail" || input.once === true) return undefined;
  const { dataVersion } = plan.action === "none" ? plan.memo : plan;
  const told = rowsOf(input).find((row) => row.dataVersion === dataVersion);
  if (!told) return inputsOf(input);
  return told.inputs === undefined || input.entry.memo ? told.inputs : inputsOf(input);
}

function inputsOf({ target, items, templatesFrom, once }: DecideInput): string | undefined {
  return once === true || !templatesFrom.ok ? undefined : madeFrom(target, items, templatesFrom.value.versions);
}

function isMadeFromSame(input: DecideInput): boolean {
  const told = rowsOf(input).flatMap(({ inputs }) => inputs ?? []);
  return told.length > 0 && told.every((inputs) => inputs === inputsOf(input));
}

function planContext(input: DecideInput) {
  const { target, owner, fieldManager, fingerprinter, entry, isLiving, once } = input;
  const same = rowsOf(input);
  return {
    target,
    owner,
    fieldManager,
    fingerprinter,
    ...(entry.memo ? { lastMemo: entry.memo } : { sameInputs: () => isMadeFromSame(input) }),
    knownUids: new Set(same.flatMap(({ uid, merged }) => (merged ? [] : [uid]))),
    isLiving,
    lastDataVersion: Math.max(0, ...same.map(({ dataVersion }) => dataVersion)),
    ...(once === true ? { leftAlone: new Set(same.map(({ uid }) => uid)) } : {}),
  };
}

/**
 * What was delivered before, is to be kept, and does not stand in the target to be read back: a variable, or a key that
 * goes elsewhere. Templates would render without it, and put a default in the place of a good value.
 */
function withheldFrom(target: TargetModel, { kept, degraded }: Selection, readBack: readonly ShapedKey[]) {
  if (!hasTemplates(target)) return [];
  const known = new Set(readBack.map(({ key }) => key));
  const isWithheld = ({ delivered }: ItemResult): boolean => [...(delivered ?? [])].some((key) => !known.has(key));
  return kept.some(isWithheld) ? degraded : [];
}

/** The last values of optional keys that cannot be read now, out of the target itself. */
function keptKeys({ keys, kept }: Selection, input: DecideInput): readonly ShapedKey[] {
  const { observation, target } = input;
  if (observation.kind !== "read") return [];
  const { data } = observation.object;
  const routed = kept.filter((entry) => isRouted(entry, target));
  const outputs = templateOutputs(target);
  const named = routed.flatMap(({ item, lost }) => {
    const key = lost ? lost.key : "key" in item ? item.key : undefined;
    return key === undefined || outputs.has(key) ? [] : keptKey(item, key, observation.object);
  });
  const find = routed.find(({ item, lost }) => !lost && !("key" in item))?.item;
  if (!find) return named;
  const accounted = accountedKeys(keys, input);
  const others = [...data.keys()].filter((key) => !accounted.has(key) && isOurs(key, observation.object, input));
  return [...named, ...others.flatMap((key) => keptKey(find, key, observation.object))];
}

function keptKey(item: Item, key: string, { kind, data }: ObservedTarget): ShapedKey[] {
  const content = data.get(key);
  if (content === undefined) return [];
  const sensitive = kind === "Secret" && item.sensitive !== false;
  return [
    { key, to: kind, content: decodeText(content) ?? content, sensitive, field: item.field, source: "", version: "" },
  ];
}

/**
 * Every key that the spec accounts for without the `dataFrom` that cannot be read. Which keys that one brought stands
 * nowhere, so all others of ours stay: a key too many goes with the next good read, a key too few would be lost.
 */
function accountedKeys(keys: readonly ShapedKey[], { target, items }: DecideInput): ReadonlySet<string> {
  return new Set([
    ...keys.flatMap(({ key, to }) => (to === target.kind ? [key] : [])),
    ...items.flatMap(({ item }) => ("key" in item && item.to === target.kind ? [item.key] : [])),
    ...items.flatMap(({ lost }) => (lost?.to === target.kind ? [lost.key] : [])),
    ...templateOutputs(target),
  ]);
}

/** Keys that templates write: what stands there is no value of an item. */
export function templateOutputs({ template }: TargetModel): ReadonlySet<string> {
  return new Set([...Object.keys(template?.data ?? {}), ...(template?.from ?? []).map(({ as }) => as)]);
}

const isOurs = (key: string, { keyManagers }: ObservedTarget, { fieldManager }: DecideInput): boolean =>
  keyManagers.get(key)?.includes(fieldManager) === true;

/** Text where it is UTF-8, as it was when it was first written: a ConfigMap's key must not move to binaryData. */
function decodeText(bytes: Uint8Array): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
