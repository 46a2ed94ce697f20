import type { ExternalValueModel, TargetModel } from "../../api/model.ts";
import type { Result } from "../../values/contract.ts";
import { applyTarget, type WriteContext } from "../target/apply-target.ts";
import type { Observation, TargetMemo } from "../target/observation.ts";
import { type Settled, stand } from "./conclude.ts";
import { decideTarget, type TargetDecision } from "./decide.ts";
import { type Entry, targetEntry } from "./entry.ts";
import { observe, type TargetEntry, targetsOf } from "./gather-targets.ts";
import { inBoth, leavingKeys } from "./moves.ts";
import { type ItemResult, select } from "./select.ts";
import type { Services } from "./services.ts";
import type { TargetRow, ValueRow } from "./status-model.ts";

/** Everything that settling the targets of one resource needs. */
export interface SettleContext {
  readonly services: Services;
  readonly model: ExternalValueModel;
  readonly entry: Entry;
  readonly items: readonly ItemResult[];
  readonly known: readonly TargetRow[];
  /** The rows of a status that was in order, and so tells where every key stands; undefined: it may not. */
  readonly rows: readonly ValueRow[] | undefined;
  readonly write: WriteContext;
  readonly templatesFrom: ReadonlyMap<TargetModel, Result<Readonly<Record<string, string>>>>;
  /** Told of every write that was made. */
  readonly wrote: (decision: TargetDecision, memo: TargetMemo) => void;
}

/**
 * Decides and carries out, target by target; what somebody else changed meanwhile is looked at again. A key that leaves one
 * target for the other is in one of them at any time: the one that it leaves waits until the other stands.
 */
export async function settleTargets(context: SettleContext): Promise<readonly Settled[]> {
  const targets = targetsOf(context.model);
  const [secret, configMap] = targets;
  if (!secret || !configMap) return await Promise.all(targets.map((target) => settle(target, context)));
  const fromSecret = await keysLeaving(secret, context);
  const fromConfigMap = await keysLeaving(configMap, context);
  if (fromSecret.size + fromConfigMap.size === 0) {
    return await Promise.all(targets.map((target) => settle(target, context)));
  }
  if (fromConfigMap.size === 0) return (await settleInOrder(configMap, secret, context)).reverse();
  if (fromSecret.size === 0) return await settleInOrder(secret, configMap, context);
  // Both ways: the Secret, which may hold every key, has all of them in between.
  const items = inBoth(context.items, secret.kind, fromSecret);
  const [between, second] = await settleInOrder(secret, configMap, context, items);
  const last = stand(second) ? await settle(secret, context) : between;
  return [{ ...last, dataChanged: last.dataChanged || between.dataChanged }, second];
}

/** Which keys of a target that stands go to the other one. */
async function keysLeaving(target: TargetModel, context: SettleContext): Promise<ReadonlySet<string>> {
  const { entry, known, items, rows } = context;
  if (!known.some((row) => isRowOf(row, target))) return new Set();
  const left = targetEntry(entry, target.kind, target.name).memo?.keys;
  if (left) return leavingKeys(target.kind, left, items);
  const told = rows?.flatMap(({ key, to }) => (to === target.kind ? [key] : []));
  if (told && leavingKeys(target.kind, told, items).size === 0) return new Set();
  // They may have gone already, if the process before this one ended before it could say so.
  const found = await observe(target, {}, sightOf(context), true);
  return leavingKeys(target.kind, found.kind === "read" ? found.object.data.keys() : [], items);
}

async function settleInOrder(
  first: TargetModel,
  second: TargetModel,
  context: SettleContext,
  items = context.items,
): Promise<[Settled, Settled]> {
  const settled = await settle(first, { ...context, items });
  return [settled, stand(settled) ? await settle(second, context) : held(second, settled, context)];
}

/** Stays as it is, for the reason for which the other does. */
function held(target: TargetModel, { decision, refused }: Settled, { items, known }: SettleContext): Settled {
  const frozen = decision.kind === "frozen" ? decision.failures : [];
  const failed = decision.kind === "planned" && decision.plan.action === "fail" ? [decision.plan.failure] : [];
  return {
    decision: {
      target,
      selection: select(target, items),
      kind: "frozen",
      failures: refused ? [refused] : [...frozen, ...failed],
      atLast: decision.kind === "frozen" && decision.atLast === true,
    },
    dataChanged: false,
    stands: known.some((row) => isRowOf(row, target)),
  };
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
  entry.blocked = decision.kind === "planned" && decision.plan.action === "fail";
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
