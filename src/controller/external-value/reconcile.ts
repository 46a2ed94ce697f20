import type { Failure } from "../../api/conditions.ts";
import type { ExternalValueModel } from "../../api/model.ts";
import { parseExternalValue } from "../../api/parse-external-value.ts";
import type { Reader, Want } from "../../aws/reader.ts";
import { fieldManagerFor } from "../../kubernetes/field-manager.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Line } from "../queue/fair-lines.ts";
import type { Verdict } from "../queue/work-queue.ts";
import { type RestartOutcome, type SettleRestarts, settleRestarts } from "../restart/settle-restarts.ts";
import { restartsSwitchedOff } from "../restart/switched-off.ts";
import type { WriteContext } from "../target/apply-target.ts";
import { type Conclusion, conclude, stand, targetRows } from "./conclude.ts";
import { suspendedConditions } from "./conditions.ts";
import { type Entry, forgetTargets, newEntry } from "./entry.ts";
import { recordRestart, recordWrite } from "./events.ts";
import { type FormerTargets, type FormerTargetsInput, removeFormerTargets } from "./former-targets.ts";
import { type Sourced, sourceItems, wantsOf } from "./gather-values.ts";
import { isInPlace } from "./in-place.ts";
import { readValues, type ShapedItems, shapeRead } from "./read-items.ts";
import { admit, failed, finish, report, tell, type Visit } from "./report.ts";
import { isServedElsewhere, isToldAlready } from "./served-here.ts";
import type { Services } from "./services.ts";
import { settleTargets } from "./settle.ts";
import { sights } from "./sights.ts";
import { hasCondition, type StatusModel } from "./status-model.ts";
import { rememberSpared, straysOf } from "./strays.ts";
import { hasTemplateSources, readTemplateSources } from "./template-sources.ts";
import { troubleOf } from "./trouble.ts";
import { usesSandbox } from "./uses-sandbox.ts";
import { forgetShown, knownStatus } from "./write-status.ts";

/** Brings one ExternalValue and its targets in step, and says when to come again. */
export interface Reconciler {
  reconcile(key: string, line: Line): Promise<Verdict>;
  /** The resource is not served here (any more): nothing of it is remembered or polled. */
  forget(key: string): undefined;
  /** The memory of each resource that is served. */
  readonly entries: ReadonlyMap<string, Entry>;
}

/**
 * ```text
 * watched object ─> parse ─> find readers ─> subscribe ─> read ─> shape ─> decide ─> write targets ─> remove former ─> restart ─> status
 * ```
 */
export function createReconciler(services: Services): Reconciler {
  const entries = new Map<string, Entry>();

  const forget = (key: string): undefined => {
    entries.delete(key);
    services.subscriptions.unsubscribe(key);
    services.references.forget(key);
  };

  const entryOf = (key: string, uid: string): Entry => {
    const present = entries.get(key);
    if (present?.uid === uid) return present;
    // Deleted and made anew under the same name: another resource.
    if (present) forget(key);
    const made = newEntry(uid);
    entries.set(key, made);
    return made;
  };

  return {
    entries,
    forget,
    async reconcile(key, line) {
      const object = services.find(key);
      if (!object || object.metadata.deletionTimestamp !== undefined) return forget(key);
      const entry = entryOf(key, object.metadata.uid ?? "");
      const visit: Visit = { key, line, object, entry, previous: knownStatus(entry, object).status };
      entry.visited = true;
      try {
        return await look(visit);
      } catch (error) {
        const trouble = troubleOf(error);
        if (trouble) await admit(trouble, visit, services);
        throw error;
      } finally {
        entry.visited = false;
        forgetShown(entry, services.find(key));
      }
    },
  };

  async function look(visit: Visit): Promise<Verdict> {
    const { key, entry, object } = visit;
    const parsed = parse(entry, object, services);
    if (!parsed.ok) return await refuse(parsed.failure, visit, services);
    services.references.set(key, parsed.model);
    const sourced = sourceItems(parsed.model, services.directory);
    if (isServedElsewhere(sourced)) {
      forget(key);
      // An edit of the store may give the resource to this operator.
      services.references.set(key, parsed.model);
      return undefined;
    }
    const switchedOff = services.restarts ? undefined : restartsSwitchedOff(parsed.model);
    if (switchedOff) return await refuse(switchedOff, visit, services);
    if (isToldAlready(parsed.model, sourced, visit.previous)) {
      unsubscribe(visit, services);
      entry.conditions = visit.previous.conditions;
      return undefined;
    }
    return await serve(parsed.model, sourced, visit, services);
  }
}

function isPending({ resolution }: Sourced): boolean {
  return resolution.kind === "failed" && resolution.pending === true;
}

function unsubscribe({ key, entry }: Visit, { subscriptions }: Services): void {
  subscriptions.unsubscribe(key);
  entry.subscribed = undefined;
}

type Parsed =
  | { readonly ok: true; readonly model: ExternalValueModel }
  | { readonly ok: false; readonly failure: Failure };

function parse(entry: Entry, object: KubernetesObject, services: Services): Parsed {
  const key = `${object.metadata.generation} ${object.metadata.annotations?.["externalvalues.dev/refresh"] ?? ""}`;
  if (entry.parsed?.key === key) return { ok: true, model: entry.parsed.model };
  const parsed = parseExternalValue(object, { defaultStoreKind: services.defaultStoreKind });
  if (!parsed.ok) return parsed;
  entry.parsed = { key, model: parsed.value };
  return { ok: true, model: parsed.value };
}

/** A spec that cannot be served: nothing is read or written, the targets stay as they are. */
async function refuse(failure: Failure, visit: Visit, services: Services): Promise<Verdict> {
  const { object, previous } = visit;
  unsubscribe(visit, services);
  const status: StatusModel = {
    ...previous,
    observedGeneration: object.metadata.generation ?? 0,
    conditions: failed(failure, previous),
  };
  await finish(status, visit, services);
  return undefined;
}

async function suspend(model: ExternalValueModel, visit: Visit, services: Services): Promise<Verdict> {
  const { previous } = visit;
  unsubscribe(visit, services);
  const status = {
    ...previous,
    observedGeneration: model.generation,
    conditions: suspendedConditions(previous.conditions),
  };
  await finish(status, visit, services);
  return undefined;
}

/** Nothing is to be read or written: with Once not even changes are of interest. */
function restsInPlace(model: ExternalValueModel, visit: Visit, services: Services): boolean {
  const { entry, previous } = visit;
  if (!isInPlace(model, entry, previous, services)) return false;
  entry.conditions = previous.conditions;
  if (model.refreshPolicy === "Once") unsubscribe(visit, services);
  return true;
}

async function serve(
  model: ExternalValueModel,
  sourced: readonly Sourced[],
  visit: Visit,
  services: Services,
): Promise<Verdict> {
  const { line, entry, previous } = visit;
  if (model.suspend) return await suspend(model, visit, services);
  // After a start or an edit of the store: nothing is wrong, so no status says so; the look-up queues it again.
  if (sourced.some(isPending)) return undefined;
  subscribe(visit, model, sourced, services);
  if (restsInPlace(model, visit, services)) return undefined;
  const context = { model, sourced, entry, previous, line, services };
  const read = await readValues(context);
  if (read.kind === "nothingNew") return await tell(visit, services);
  // Reading takes its time, and so may a place: the shard may have gone to another replica meanwhile.
  if (!services.owns(visit.key)) return undefined;
  const leave = await placeFor(model, visit, services);
  try {
    if (!services.owns(visit.key)) return undefined;
    return await settle(model, await shapeRead(read, context), visit, services);
  } finally {
    leave();
  }
}

/** None is needed by what waits for the sandbox: hostile templates delay one another, not their neighbours. */
async function placeFor(model: ExternalValueModel, { key, line }: Visit, { settling }: Services): Promise<() => void> {
  return usesSandbox(model) ? () => {} : await settling.enter(key, line);
}

/** From what was read to targets, workloads and status. */
async function settle(
  model: ExternalValueModel,
  read: ShapedItems,
  visit: Visit,
  services: Services,
): Promise<Verdict> {
  const { object, entry, previous } = visit;
  const write = {
    client: services.client,
    owner: { namespace: model.namespace, name: model.name, uid: model.uid },
    fieldManager: fieldManagerFor(model.name),
  };
  const sightsBefore = sights(model, entry);
  const settled = await settleTargets({
    services,
    model,
    entry,
    items: read.items,
    known: previous.targets,
    rows: wasInOrder(previous) ? (entry.rows ?? previous.values) : undefined,
    write,
    templatesFrom: await readTemplateSources(model, services.client),
    wrote: (decision, memo) => recordWrite(decision, memo, object, services.events),
  });
  const former = await removeFormer({ model, items: read.items, settled }, write, visit, services);
  forgetTargets(entry, model, former.removed);
  const targets = targetRows(settled, previous, former.lingering);
  const restarts = await restart({ model, targets, allStand: settled.every(stand) }, visit, services);
  const conclusion = conclude({
    model,
    items: read.items,
    settled,
    previous,
    rows: entry.rows,
    lingering: former.lingering,
    raced: former.raced,
    unremoved: former.unremoved,
    ...(restarts ? { restarts } : {}),
    now: services.clock.now(),
    random: services.random,
    revisitMs: hasTemplateSources(model) ? model.refreshIntervalMs : undefined,
  });
  remember(entry, conclusion, read.inputs);
  const verdict = await report(conclusion, model, visit, services);
  const touched = sights(model, entry).some(
    (sight, index) => sight.suspect && sight.text !== sightsBefore[index]?.text,
  );
  return touched ? { afterMs: 0, line: "interactive" } : verdict;
}

async function removeFormer(
  wanted: Pick<FormerTargetsInput, "model" | "items" | "settled">,
  write: WriteContext,
  { entry, previous }: Visit,
  services: Services,
): Promise<FormerTargets> {
  const strays = straysOf(wanted.model, entry, services);
  const former = await removeFormerTargets({ ...wanted, known: previous.targets, strays }, write);
  rememberSpared(entry, former.spared, services.controlledTargets(wanted.model.uid));
  return former;
}

function wasInOrder(status: StatusModel): boolean {
  return hasCondition(status, "Ready", "True") && !hasCondition(status, "Degraded", "True");
}

/** What the next visit can spare itself, and the rows that found no room. */
function remember(entry: Entry, { status, rows, inOrder }: Conclusion, inputs: string | undefined): void {
  entry.settledInputs = inOrder ? inputs : undefined;
  entry.rows = rows.length > status.values.length ? rows : undefined;
}

async function restart(
  wanted: Pick<SettleRestarts, "model" | "targets" | "allStand">,
  { object, entry, previous }: Visit,
  { client, restarts, clock, events }: Services,
): Promise<RestartOutcome | undefined> {
  if (!restarts) return undefined;
  return await settleRestarts({
    ...wanted,
    previous,
    memory: entry,
    client,
    pace: restarts.pace,
    now: clock.now(),
    restarted: (workload, dataVersion) => recordRestart(workload, dataVersion, object, events),
  });
}

/** Subscribes where what is wanted, or where it is read, has changed. */
function subscribe(
  { key, entry }: Visit,
  model: ExternalValueModel,
  sourced: readonly Sourced[],
  { subscriptions }: Services,
): void {
  const readers = sourced.map(({ resolution }) => (resolution.kind === "ready" ? resolution.reader : undefined));
  if (isSubscribed(entry, model.generation, readers)) return;
  const wants = wantsOf(model, sourced);
  subscriptions.subscribe(key, wants);
  entry.readAt = wants.length < sourced.length ? () => undefined : () => stalestRead(wants);
  entry.subscribed = { generation: model.generation, readers };
}

function isSubscribed({ subscribed }: Entry, generation: number, readers: readonly (Reader | undefined)[]): boolean {
  return (
    subscribed?.generation === generation && readers.every((reader, index) => reader === subscribed.readers[index])
  );
}

/** When the stalest value was read; undefined while one was never read. */
function stalestRead(wants: readonly Want[]): number | undefined {
  let stalest: number | undefined;
  for (const { reader, ref } of wants) {
    const at = reader.peek(ref)?.good?.at;
    if (at === undefined) return undefined;
    stalest = Math.min(at, stalest ?? at);
  }
  return stalest;
}
