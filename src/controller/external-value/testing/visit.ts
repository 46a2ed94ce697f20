import type { ExternalValueModel, TargetModel } from "../../../api/model.ts";
import { parseStore } from "../../../api/parse-store.ts";
import type { Reader, Reading } from "../../../aws/reader.ts";
import { endlessTurn } from "../../../event-loop/testing/endless-turn.ts";
import type { Sandbox } from "../../../values/contract.ts";
import type { Resolution } from "../../stores/directory.ts";
import { bytesOf } from "../../target/bytes.ts";
import { createFingerprinter } from "../../target/fingerprint.ts";
import { dataVersionAnnotation } from "../../target/names.ts";
import type { Observation, ObservedTarget, TargetMemo } from "../../target/observation.ts";
import type { TargetWrite } from "../../target/plan-target.ts";
import { type Conclusion, conclude, type Settled } from "../conclude.ts";
import { decideTarget, type TargetDecision } from "../decide.ts";
import { targetsOf } from "../gather-targets.ts";
import { type Gathered, outcomesOf, sourceItems } from "../gather-values.ts";
import type { ItemResult } from "../select.ts";
import { shapeItems } from "../shape-items.ts";
import type { StatusModel } from "../status-model.ts";
import { noTemplateSources } from "../template-sources.ts";

/** One visit to a resource without a server: what was read in, plan and status out; the targets are objects in memory. */
export interface Visit {
  readonly gathered: readonly Gathered[];
  readonly items: readonly ItemResult[];
  readonly settled: readonly Settled[];
  readonly conclusion: Conclusion;
  /** The targets as they are left, by kind. */
  readonly objects: ReadonlyMap<string, ObservedTarget>;
  readonly memos: ReadonlyMap<string, TargetMemo>;
}

export interface VisitInput {
  readonly model: ExternalValueModel;
  /** By index of the items, `data` first. */
  readonly readings: readonly (Reading | undefined)[];
  readonly previous: StatusModel;
  readonly objects: ReadonlyMap<string, ObservedTarget>;
  readonly memos: ReadonlyMap<string, TargetMemo>;
  readonly allowDeclassification: boolean;
  readonly now: number;
  readonly sandbox: Sandbox;
}

const fieldManager = "external-values/checkout";
const owner = { namespace: "shop", name: "checkout", uid: "uid-1" };
const fingerprinter = createFingerprinter(Buffer.from("a key"));

export async function visit(input: VisitInput): Promise<Visit> {
  const { model, previous, now } = input;
  const directory = {
    resolve: () => resolution(input.allowDeclassification),
    checkReturned: () => undefined,
    revision: () => "1",
  };
  const sourced = sourceItems(model, directory);
  const readings = new Map(
    sourced.flatMap((entry, index) => {
      const reading = input.readings[index];
      return reading ? [[entry, reading] as const] : [];
    }),
  );
  const previousRows = previous.values;
  const times = { now, startedAt: now - 30_000, secondLookMs: 60_000 };
  const gathered = outcomesOf(sourced, readings, { model, directory, previousRows, ...times });
  const items = await shapeItems(gathered, { sandbox: input.sandbox, turns: endlessTurn });
  const objects = new Map(input.objects);
  const memos = new Map(input.memos);
  const settled: Settled[] = [];
  for (const target of targetsOf(model)) {
    const observation = observationOf(target, objects, memos);
    let decision = await decide(target, items, observation, input);
    const object = objects.get(target.kind);
    if (decision.kind === "observe" && object) {
      decision = await decide(target, items, { kind: "read", object }, input);
    }
    settled.push(carryOut(decision, observation, { objects, memos, previous }));
  }
  const conclusion = conclude({ model, items, settled, previous, lingering: [], now, random: () => 0.5 });
  return { gathered, items, settled, conclusion, objects, memos };
}

function observationOf(
  { kind }: TargetModel,
  objects: ReadonlyMap<string, ObservedTarget>,
  memos: ReadonlyMap<string, TargetMemo>,
): Observation {
  const memo = memos.get(kind);
  if (memo) return { kind: "unchanged", memo };
  const object = objects.get(kind);
  return object ? { kind: "read", object } : { kind: "absent" };
}

async function decide(
  target: TargetModel,
  items: readonly ItemResult[],
  observation: Observation,
  { memos, previous, sandbox }: VisitInput,
): Promise<TargetDecision> {
  const memo = memos.get(target.kind);
  return await decideTarget({
    target,
    owner,
    fieldManager,
    items,
    observation,
    entry: memo ? { memo } : {},
    known: previous.targets,
    templatesFrom: noTemplateSources,
    sandbox,
    turns: endlessTurn,
    fingerprinter,
    isLiving: () => true,
  });
}

interface Cluster {
  readonly objects: Map<string, ObservedTarget>;
  readonly memos: Map<string, TargetMemo>;
  readonly previous: StatusModel;
}

/** What the writing part does, on objects in memory. */
function carryOut(decision: TargetDecision, observation: Observation, { objects, memos, previous }: Cluster): Settled {
  const { kind } = decision.target;
  const stands = observation.kind !== "absent" && previous.targets.some((row) => row.kind === kind);
  if (decision.kind === "delete") {
    objects.delete(kind);
    memos.delete(kind);
  }
  if (decision.kind !== "planned" || decision.plan.action === "fail") return { decision, dataChanged: false, stands };
  if (decision.plan.action === "none") {
    memos.set(kind, decision.plan.memo);
    return { decision, memo: decision.plan.memo, dataChanged: false, stands: true };
  }
  const object = written(decision.target, decision.plan, objects.get(kind));
  const memo = memoOf(object, decision.plan);
  objects.set(kind, object);
  memos.set(kind, memo);
  return { decision, memo, dataChanged: decision.plan.dataChanged, stands: true };
}

function written(target: TargetModel, plan: TargetWrite, before: ObservedTarget | undefined): ObservedTarget {
  const { composed, shape } = plan;
  const kept = shape.exclusive ? [] : [...(before?.data ?? [])];
  const ours = [...composed.data].map(([key, content]) => [key, bytesOf(content)] as const);
  return {
    kind: target.kind,
    name: target.name,
    uid: before?.uid ?? `uid-of-${target.kind}`,
    resourceVersion: String(Number(before?.resourceVersion ?? 0) + 1),
    deleting: false,
    labels: shape.labels,
    annotations: { ...shape.annotations, [dataVersionAnnotation]: String(plan.dataVersion) },
    ownerReferences: shape.ownerReferences,
    type: shape.type ?? before?.type ?? "",
    immutable: shape.immutable,
    data: new Map([...kept, ...ours]),
    keyManagers: new Map([
      ...(before?.keyManagers ?? []),
      ...ours.map(([key]) => [key, [fieldManager]] as [string, string[]]),
    ]),
    appliedKeys: new Set(composed.data.keys()),
    ownLabels: new Set(Object.keys(shape.labels)),
    ownAnnotations: new Set(Object.keys(shape.annotations)),
  };
}

function memoOf(object: ObservedTarget, { composed, prints, dataVersion, merged }: TargetWrite): TargetMemo {
  const { uid, resourceVersion, type, immutable } = object;
  const keys = new Set(composed.data.keys());
  return { uid, resourceVersion, ...prints, dataVersion, keys, type, immutable, merged };
}

/** An object that somebody else made, for targets that merge into it. */
export function foreignObject({ kind, name }: TargetModel): ObservedTarget {
  return {
    kind,
    name,
    uid: `uid-of-foreign-${kind}`,
    resourceVersion: "1",
    deleting: false,
    labels: {},
    annotations: {},
    ownerReferences: [],
    type: kind === "Secret" ? "Opaque" : "",
    immutable: false,
    data: new Map([["FOREIGN", Buffer.from("theirs")]]),
    keyManagers: new Map([["FOREIGN", ["kubectl"]]]),
    appliedKeys: new Set(),
    ownLabels: new Set(),
    ownAnnotations: new Set(),
  };
}

function resolution(allowDeclassification: boolean): Resolution {
  const spec = { region: "eu-west-1", allowDeclassification };
  const parsed = parseStore({ kind: "ClusterValueStore", metadata: { name: "default" }, spec });
  if (!parsed.ok) throw new Error(parsed.failure.message);
  const store = parsed.value;
  return { kind: "ready", store, reader, origin: "eu-west-1 someone", scope: { store, region: "eu-west-1" } };
}

const reader: Reader = {
  region: "eu-west-1",
  id: "reader",
  peek: () => undefined,
  read: () => Promise.reject(new Error("nothing is read here")),
};
