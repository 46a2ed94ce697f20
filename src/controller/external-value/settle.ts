import type { ExternalValueModel, TargetModel } from "../../api/model.ts";
import type { Result } from "../../values/contract.ts";
import { applyTarget, type WriteContext } from "../target/apply-target.ts";
import type { Observation, TargetMemo } from "../target/observation.ts";
import type { Settled } from "./conclude.ts";
import { decideTarget, type TargetDecision } from "./decide.ts";
import { type Entry, targetEntry } from "./entry.ts";
import { observe, type TargetEntry, targetsOf } from "./gather-targets.ts";
import type { ItemResult } from "./select.ts";
import type { Services } from "./services.ts";
import type { TargetRow } from "./status-model.ts";

/** Everything that settling the targets of one resource needs. */
export interface SettleContext {
  readonly services: Services;
  readonly model: ExternalValueModel;
  readonly entry: Entry;
  readonly items: readonly ItemResult[];
  readonly known: readonly TargetRow[];
  readonly write: WriteContext;
  readonly templatesFrom: ReadonlyMap<TargetModel, Result<Readonly<Record<string, string>>>>;
  /** Told of every write that was made. */
  readonly wrote: (decision: TargetDecision, memo: TargetMemo) => void;
}

/** Decides and carries out, target by target; what somebody else changed meanwhile is looked at again. */
export async function settleTargets(context: SettleContext): Promise<readonly Settled[]> {
  return await Promise.all(targetsOf(context.model).map((target) => settle(target, context)));
}

// A target that is raced for so often is somebody's loop: the queue's backoff paces it.
const mostAttempts = 4;

async function settle(target: TargetModel, context: SettleContext): Promise<Settled> {
  const entry = targetEntry(context.entry, target.kind, target.name);
  let mustRead = false;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const observation = await observe(target, entry, sightOf(context), mustRead);
    const decision = await decideTarget(decideInput(target, entry, observation, context));
    if (decision.kind !== "observe") {
      const settled = await carryOut(decision, entry, observation, context);
      if (settled) return settled;
    }
    mustRead = true;
  }
  throw new RacedError(
    `${target.kind}/${target.name} was changed by others ${mostAttempts} times during one reconcile`,
  );
}

/** Another writer was quicker, again and again: comes again with backoff. */
export class RacedError extends Error {
  override readonly name = "RacedError";
}

/** Undefined: raced, look again. */
async function carryOut(
  decision: Exclude<TargetDecision, { kind: "observe" }>,
  entry: TargetEntry,
  observation: Observation,
  context: SettleContext,
): Promise<Settled | undefined> {
  delete entry.left;
  const stands = observation.kind !== "absent" && context.known.some((row) => isRowOf(row, decision.target));
  if (decision.kind !== "planned" || decision.plan.action === "fail") return { decision, dataChanged: false, stands };
  if (decision.plan.action === "none") {
    entry.memo = decision.plan.memo;
    return { decision, memo: decision.plan.memo, dataChanged: false, stands: true };
  }
  // Asked after the look that the write rests on: a leader that slept in between has lost its Lease, one that sleeps
  // from here on sends preconditions that no longer hold.
  const { services, model } = context;
  if (!services.owns(`${model.namespace}/${model.name}`)) throw new RacedError("another replica serves it now");
  const result = await applyTarget(decision.plan, context.write);
  switch (result.kind) {
    case "raced":
      return undefined;
    case "refused":
      return { decision, refused: result.failure, dataChanged: false, stands };
    case "written":
      entry.memo = result.memo;
      context.wrote(decision, result.memo);
      return { decision, memo: result.memo, dataChanged: decision.plan.dataChanged, stands: true };
  }
}

function isRowOf(row: TargetRow, target: TargetModel): boolean {
  return row.kind === target.kind && row.name === target.name;
}

function sightOf({ services, model, write }: SettleContext) {
  return {
    client: services.client,
    namespace: model.namespace,
    fieldManager: write.fieldManager,
    seen: (kind: TargetModel["kind"], name: string) =>
      services.watchedTarget(kind, model.namespace, name) !== undefined,
  };
}

function decideInput(target: TargetModel, entry: TargetEntry, observation: Observation, context: SettleContext) {
  return {
    target,
    entry,
    observation,
    owner: context.write.owner,
    fieldManager: context.write.fieldManager,
    items: context.items,
    known: context.known,
    templatesFrom: context.templatesFrom.get(target) ?? { ok: true as const, value: {} },
    sandbox: context.services.sandbox,
    fingerprinter: context.services.fingerprinter,
    once: context.model.refreshPolicy === "Once",
    isLiving: (name: string) => context.services.find(`${context.model.namespace}/${name}`) !== undefined,
  };
}
