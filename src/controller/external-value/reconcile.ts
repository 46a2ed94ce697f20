import type { Failure } from "../../api/conditions.ts";
import type { ExternalValueModel } from "../../api/model.ts";
import { parseExternalValue } from "../../api/parse-external-value.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Line } from "../queue/fair-lines.ts";
import type { Verdict } from "../queue/work-queue.ts";
import { restartsSwitchedOff } from "../restart/switched-off.ts";
import { suspendedConditions } from "./conditions.ts";
import { type Entry, newEntry } from "./entry.ts";
import { type Sourced, sourceItems } from "./gather-values.ts";
import { isInPlace } from "./in-place.ts";
import { readValues, shapeRead } from "./read-items.ts";
import { admit, failed, finish, tell, type Visit } from "./report.ts";
import { isServedElsewhere, isToldAlready } from "./served-here.ts";
import type { Services } from "./services.ts";
import { settleVisit } from "./settle-visit.ts";
import type { StatusModel } from "./status-model.ts";
import { subscribe, unsubscribe } from "./subscribe.ts";
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
    return await settleVisit(model, await shapeRead(read, context), visit, services);
  } finally {
    leave();
  }
}

/** None is needed by what waits for the sandbox: hostile templates delay one another, not their neighbours. */
async function placeFor(model: ExternalValueModel, { key, line }: Visit, { settling }: Services): Promise<() => void> {
  return usesSandbox(model) ? () => {} : await settling.enter(key, line);
}
