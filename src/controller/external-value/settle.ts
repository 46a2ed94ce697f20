import type { Failure } from "../../api/conditions.ts";
import type { TargetModel } from "../../api/model.ts";
import { applyTarget, type TargetResult } from "../target/apply-target.ts";
import { type Observation, type TargetMemo, unfinishedShape } from "../target/observation.ts";
import type { TargetWrite } from "../target/plan-target.ts";
import { type Settled, stand } from "./conclude.ts";
import { decideTarget, type TargetDecision } from "./decide.ts";
import { targetEntry } from "./entry.ts";
import { observe, type TargetEntry, targetsOf } from "./gather-targets.ts";
import { inBoth, leavingKeys, unreadStay } from "./moves.ts";
import { keysLeaving, unreadInFormer } from "./moves-observed.ts";
import { select } from "./select.ts";
import { isRowOf, type SettleContext, sightOf } from "./settle-context.ts";
import { noTemplateSources } from "./template-sources.ts";

/**
 * Decides and carries out, target by target; what somebody else changed meanwhile is looked at again. A key that leaves one
 * target for the other is in one of them at any time: the one that it leaves waits until the other stands.
 */
export async function settleTargets(context: SettleContext): Promise<readonly Settled[]> {
  const targets = targetsOf(context.model);
  const [secret, configMap] = targets;
  if (!secret || !configMap) return await Promise.all(targets.map((target) => settle(target, context)));
  const secretLeaves = await keysLeaving(secret, context);
  const configMapLeaves = await keysLeaving(configMap, context);
  const items = unreadStay(unreadStay(context.items, "Secret", secretLeaves), "ConfigMap", configMapLeaves);
  const moving: SettleContext = { ...context, items };
  const fromSecret = leavingKeys("Secret", secretLeaves, items);
  const fromConfigMap = leavingKeys("ConfigMap", configMapLeaves, items);
  if (fromSecret.size + fromConfigMap.size === 0) {
    return await Promise.all(targets.map((target) => settle(target, moving)));
  }
  if (fromConfigMap.size === 0) return await settleConfigMapFirst(secret, configMap, { ...moving, fromSecret });
  if (fromSecret.size === 0) return await settleSecretFirst(secret, configMap, moving);
  return await settleBothWays(secret, configMap, { ...moving, fromSecret });
}

type Moving = SettleContext & { readonly fromSecret: ReadonlySet<string> };

/** While the ConfigMap cannot be written, the Secret keeps the keys that leave it, and is otherwise kept in step. */
async function settleConfigMapFirst(
  secret: TargetModel,
  configMap: TargetModel,
  context: Moving,
): Promise<readonly Settled[]> {
  const first = await settle(configMap, context);
  if (stand(first)) return [await settle(secret, context), first];
  return [withoutTold(await settle(secret, withLeaving(context)), first), first];
}

/** A ConfigMap that waits stays as it is: a value that became sensitive must not be written into it again. */
async function settleSecretFirst(
  secret: TargetModel,
  configMap: TargetModel,
  context: SettleContext,
): Promise<readonly Settled[]> {
  const first = await settle(secret, context);
  return [first, stand(first) ? await settle(configMap, context) : held(configMap, first, context)];
}

/** Keys change places: the Secret, which may hold every key, has all of them in between. */
async function settleBothWays(
  secret: TargetModel,
  configMap: TargetModel,
  context: Moving,
): Promise<readonly Settled[]> {
  const between = await settle(secret, withLeaving(context));
  if (isTooLarge(between)) return await settleWithGap(secret, configMap, context);
  if (!stand(between)) return [between, held(configMap, between, context)];
  const second = await settle(configMap, context);
  if (!stand(second)) return [withoutTold(between, second), second];
  const last = await settle(secret, context);
  return [{ ...last, dataChanged: last.dataChanged || between.dataChanged }, second];
}

/**
 * Both fit as they are to be, and the Secret with the keys of both does not. A short absence of what leaves the Secret, from
 * its write to that of the ConfigMap, is better than waiting for ever; it is not begun where the ConfigMap cannot follow.
 */
async function settleWithGap(
  secret: TargetModel,
  configMap: TargetModel,
  context: SettleContext,
): Promise<readonly Settled[]> {
  const entry = targetEntry(context.entry, configMap.kind, configMap.name);
  const { decision } = await look(configMap, entry, context, true);
  const follows = decision.kind === "delete" || (decision.kind === "planned" && decision.plan.action !== "fail");
  if (follows) return await settleSecretFirst(secret, configMap, context);
  const second = await settle(configMap, context);
  return [stand(second) ? await settle(secret, context) : held(secret, second, context), second];
}

const withLeaving = (context: Moving): SettleContext => ({
  ...context,
  items: inBoth(context.items, "Secret", context.fromSecret),
});

/** A required key that could not be read, and so stays in the Secret, is the ConfigMap's failure alone: it degrades nothing. */
function withoutTold(settled: Settled, { decision }: Settled): Settled {
  const told = new Set(decision.kind === "frozen" ? decision.failures : []);
  const { selection } = settled.decision;
  const degraded = selection.degraded.filter((failure) => !told.has(failure));
  return { ...settled, decision: { ...settled.decision, selection: { ...selection, degraded } } };
}

function isTooLarge({ decision }: Settled): boolean {
  return decision.kind === "frozen" && decision.failures.some(({ reason }) => reason === "TooLarge");
}

/** Stays as it is, for the reason for which the other does. */
function held(target: TargetModel, { decision, refused }: Settled, context: SettleContext): Settled {
  const frozen = decision.kind === "frozen" ? decision.failures : [];
  const failed = decision.kind === "planned" && decision.plan.action === "fail" ? [decision.plan.failure] : [];
  const atLast = decision.kind === "frozen" && decision.atLast === true;
  return freeze(target, { failures: refused ? [refused] : [...frozen, ...failed], atLast }, context);
}

function freeze(
  target: TargetModel,
  why: { readonly failures: readonly Failure[]; readonly atLast: boolean },
  { items, known }: SettleContext,
): Settled {
  return {
    decision: { target, selection: select(target, items), kind: "frozen", ...why },
    dataChanged: false,
    stands: known.some((row) => isRowOf(row, target)),
  };
}

// A target that is raced for so often is somebody's loop: the queue's backoff paces it.
const mostAttempts = 4;

async function settle(target: TargetModel, context: SettleContext): Promise<Settled> {
  const unread = await unreadInFormer(target, context);
  if (unread.length > 0) return freeze(target, { failures: unread, atLast: false }, context);
  const entry = targetEntry(context.entry, target.kind, target.name);
  let mustRead = false;
  let brought: Decided | undefined;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    const { observation, decision } = await look(target, entry, context, mustRead);
    if (decision.kind !== "observe") {
      const outcome = await carryOut(asChange(decision, brought), entry, observation, context);
      if (outcome.kind === "settled") return asBrought(outcome.settled, brought, context);
      brought = outcome.dataChanged ? decision : brought;
    }
    mustRead = true;
  }
  throw new RacedError(
    `${target.kind}/${target.name} was changed by others ${mostAttempts} times during one reconcile`,
  );
}

async function look(target: TargetModel, entry: TargetEntry, context: SettleContext, mustRead: boolean) {
  const observation = await observe(target, entry, sightOf(context), mustRead);
  return { observation, decision: await decideTarget(decideInput(target, entry, observation, context)) };
}

/** Another writer was quicker, again and again: comes again with backoff. */
export class RacedError extends Error {
  override readonly name = "RacedError";
}

type Decided = Exclude<TargetDecision, { kind: "observe" }>;

/** The rest of a write that brought the data before it was raced for: of that change, whatever a second look compares. */
function asChange(decision: Decided, brought: Decided | undefined): Decided {
  if (!brought || decision.kind !== "planned" || decision.plan.action !== "write") return decision;
  return { ...decision, plan: { ...decision.plan, dataChanged: true } };
}

/** The data came by an attempt before: told of now, where nothing was left to write. */
function asBrought(settled: Settled, brought: Decided | undefined, { wrote }: SettleContext): Settled {
  if (!brought) return settled;
  const { decision, memo } = settled;
  if (memo && decision.kind === "planned" && decision.plan.action === "none") wrote(brought, memo);
  return { ...settled, dataChanged: true };
}

type Outcome =
  | { readonly kind: "settled"; readonly settled: Settled }
  /** To be looked at again; the data may have been brought already. */
  | { readonly kind: "raced"; readonly dataChanged: boolean };

const settledAs = (settled: Settled): Outcome => ({ kind: "settled", settled });

async function carryOut(
  decision: Decided,
  entry: TargetEntry,
  observation: Observation,
  context: SettleContext,
): Promise<Outcome> {
  entry.left = undefined;
  entry.blocked = decision.kind === "planned" && decision.plan.action === "fail";
  const stands = observation.kind !== "absent" && context.known.some((row) => isRowOf(row, decision.target));
  if (decision.kind !== "planned" || decision.plan.action === "fail")
    return settledAs({ decision, dataChanged: false, stands });
  const { plan } = decision;
  if (plan.action === "none") {
    entry.memo = plan.memo;
    return settledAs({ decision, memo: plan.memo, dataChanged: false, stands: true });
  }
  // Asked after the look that the write rests on: a leader that slept in between has lost its Lease, one that sleeps
  // from here on sends preconditions that no longer hold.
  const { services, model } = context;
  if (!services.owns(`${model.namespace}/${model.name}`)) throw new RacedError("another replica serves it now");
  return outcomeOf(await applyTarget(plan, context.write), { decision, plan, observation, stands }, entry, context);
}

interface Sent {
  readonly decision: Decided;
  readonly plan: TargetWrite;
  readonly observation: Observation;
  /** It stood before. */
  readonly stands: boolean;
}

/** What a write came to, which is remembered and told. */
function outcomeOf(result: TargetResult, sent: Sent, entry: TargetEntry, context: SettleContext): Outcome {
  const { decision, plan, observation, stands } = sent;
  const dataChanged = plan.dataChanged && holdsData(result);
  // Kept until restarts are counted for it, whatever fails before.
  if (dataChanged) context.entry.unnumbered = true;
  if (result.kind === "raced") return { kind: "raced", dataChanged };
  const { memo } = result;
  if (memo) entry.memo = memo;
  if (memo && (result.kind === "written" || dataChanged)) context.wrote(decision, memo);
  if (result.kind === "written") return settledAs({ decision, memo: result.memo, dataChanged, stands: true });
  const left = memo ?? unfinished(plan, observation);
  const standing = left ? { memo: left, stands: true } : { stands };
  return settledAs({ decision, refused: result.failure, dataChanged, ...standing });
}

function holdsData(result: TargetResult): boolean {
  return result.kind === "raced" ? result.holdsData : result.memo !== undefined;
}

/** It was left with the data, and the rest refused: with the rest refused again, it still holds the data. */
function unfinished({ dataChanged }: TargetWrite, observation: Observation): TargetMemo | undefined {
  if (dataChanged || observation.kind !== "unchanged") return undefined;
  return observation.memo.shapePrint === unfinishedShape ? observation.memo : undefined;
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
    templatesFrom: context.templatesFrom.get(target) ?? noTemplateSources,
    sandbox: context.services.sandbox,
    turns: context.services.turns,
    fingerprinter: context.services.fingerprinter,
    once: context.model.refreshPolicy === "Once",
    isLiving: (name: string) => context.services.find(`${context.model.namespace}/${name}`) !== undefined,
  };
}
