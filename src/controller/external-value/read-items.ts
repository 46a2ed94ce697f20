import { hash } from "node:crypto";
import type { ExternalValueModel } from "../../api/model.ts";
import type { Reading } from "../../aws/reader.ts";
import type { Line } from "../queue/fair-lines.ts";
import { createTimeLimit } from "../time-limit.ts";
import { deliveredKeys } from "./delivered.ts";
import { type Entry, targetKey } from "./entry.ts";
import { type FormerRows, formerRoutes } from "./former-routes.ts";
import { isSuspect, targetsOf } from "./gather-targets.ts";
import { outcomesOf, readItems, type Sourced } from "./gather-values.ts";
import { type Evidence, formerMatches, slot, suppliedBy, withLostKeys } from "./lost-keys.ts";
import { freshnessPromise } from "./outcome.ts";
import { isHandled, refreshEcho } from "./refresh-request.ts";
import { type ItemResult, isAbsent } from "./select.ts";
import type { Services } from "./services.ts";
import { shapeItems } from "./shape-items.ts";
import type { StatusModel, ValueRow } from "./status-model.ts";
import { straysOf } from "./strays.ts";
import { hasTemplateSources } from "./template-sources.ts";

export interface ReadContext {
  readonly model: ExternalValueModel;
  readonly sourced: readonly Sourced[];
  readonly entry: Entry;
  readonly previous: StatusModel;
  readonly line: Line;
  readonly services: Services;
}

/** What memory and AWS answered. */
export interface ValuesRead {
  readonly kind: "read";
  readonly readings: ReadonlyMap<Sourced, Reading>;
  readonly former: Former;
}

/** What the items brought before. */
interface Former {
  readonly rows: readonly ValueRow[];
  readonly formerRows: FormerRows;
}

/** The same versions as when all was last in order, and no target was touched: nothing to do. */
export interface NothingNew {
  readonly kind: "nothingNew";
}

/** Reads, first the versions and then, only where they are new or a target was touched, the contents. */
export async function readValues(context: ReadContext): Promise<ValuesRead | NothingNew> {
  const limit = createTimeLimit(context.services.clock, context.services.gatherTimeoutMs);
  try {
    return await readWithin(limit.signal, context);
  } finally {
    limit.end();
  }
}

async function readWithin(signal: AbortSignal, context: ReadContext): Promise<ValuesRead | NothingNew> {
  const { model, sourced, entry, previous, services } = context;
  const rows = entry.rows ?? previous.values;
  const formerRows = formerRoutes(
    sourced.map(({ item }) => item),
    rows,
  );
  const request = {
    notBefore: notBeforeOf(context),
    priority: context.line,
    subscriber: `${model.namespace}/${model.name}`,
    former: (one: Sourced) => formerMatches(one, rows, formerRows),
    signal,
  };
  const mayBeSettled =
    entry.settledInputs !== undefined &&
    targetsUntouched(model, entry) &&
    straysOf(model, entry, services).length === 0;
  const known = await readOrTimeOut(sourced, { ...request, content: !mayBeSettled });
  if (mayBeSettled && inputsOf(context, known) === entry.settledInputs) return { kind: "nothingNew" };
  const readings = hasContent(known) ? known : await readOrTimeOut(sourced, { ...request, content: true });
  return { kind: "read", readings, former: { rows, formerRows } };
}

export interface ShapedItems {
  readonly items: readonly ItemResult[];
  /** Names what was read, by version; undefined where something failed. */
  readonly inputs: string | undefined;
}

/** What the items bring to the targets. */
export async function shapeRead({ readings, former }: ValuesRead, context: ReadContext): Promise<ShapedItems> {
  const { model, sourced, entry, services } = context;
  const { rows, formerRows } = former;
  const gathered = outcomesOf(sourced, readings, {
    model,
    directory: services.directory,
    previousRows: rows,
    now: services.clock.now(),
    startedAt: services.startedAt,
    secondLookMs: services.secondLookMs,
  });
  const shaped = await shapeItems(gathered, services);
  const items =
    model.dataFrom.length > 0
      ? withFormer(shaped, { rows, formerRows, missedSince: missedSince(entry), secondLookMs: services.secondLookMs })
      : shaped;
  rememberSecondLook(entry, items);
  const told = items.map((item) => withDelivered(item, rows));
  return { items: told, inputs: inputsOf(context, readings) };
}

/** What `dataFrom` items brought before, and bring no longer or cannot bring now. */
function withFormer(shaped: readonly ItemResult[], evidence: Evidence): readonly ItemResult[] {
  const items = withLostKeys(shaped, evidence);
  const supplied = new Set(items.flatMap(suppliedBy));
  return items.map((item) => withFormerRows(item, evidence.formerRows, supplied));
}

/** What cannot be read says what it brought while it was routed elsewhere, and what nothing else has brought since. */
function withFormerRows(entry: ItemResult, formerRows: FormerRows, supplied: ReadonlySet<string>): ItemResult {
  const { item, lost, result } = entry;
  if ("key" in item || lost || result.kind === "keys" || (item.optional && isAbsent(result))) return entry;
  const its = formerRows(item).filter(({ key, to }) => !supplied.has(slot(key, to)));
  return its.length > 0 ? { ...entry, formerRows: its } : entry;
}

/** What may have to be kept says what it brought before. */
function withDelivered(entry: ItemResult, rows: readonly ValueRow[]): ItemResult {
  const { item, lost, result, formerRows = [] } = entry;
  if (!item.optional || result.kind === "keys") return entry;
  const keys = lost ? [lost.key] : [...deliveredKeys(rows, item), ...formerRows.map(({ key }) => key)];
  return { ...entry, delivered: new Set(keys) };
}

function missedSince(entry: Entry): Map<string, number> {
  entry.missedSince ??= new Map();
  return entry.missedSince;
}

/** What is said to be gone is read once more, when enough time has passed, however fresh the news is. */
function rememberSecondLook(entry: Entry, items: readonly ItemResult[]): void {
  const times = items.flatMap(({ result }) =>
    result.kind === "missing" && result.lookAgainAt !== undefined ? [result.lookAgainAt] : [],
  );
  entry.secondLookAt = times.length > 0 ? Math.min(...times) : undefined;
}

/** A read that went to AWS brings the content along; one from memory may know the version alone. */
function hasContent(readings: ReadonlyMap<Sourced, Reading>): boolean {
  const values = [...readings.values()].flatMap(({ good }) => good?.values ?? []);
  return values.every(({ content, tags }) => content !== undefined || tags !== undefined);
}

/** Reading that takes too long is a wait like an outage: what did not come in time has no reading. */
async function readOrTimeOut(
  sourced: readonly Sourced[],
  request: Parameters<typeof readItems>[1],
): Promise<ReadonlyMap<Sourced, Reading>> {
  try {
    return await readItems(sourced, request);
  } catch (error) {
    if (!request.signal.aborted) throw error;
    return new Map();
  }
}

/** How fresh the values must be (api.md, "Freshness"): a refresh that is asked for means a new read. */
function notBeforeOf({ model, entry, previous, services }: ReadContext): number {
  const now = services.clock.now();
  const asked = isHandled(model, previous) ? undefined : refreshEcho(model);
  const { secondLookAt = now + 1 } = entry;
  const secondLook = secondLookAt <= now ? secondLookAt : 0;
  // The time is kept for as long as the reason lasts, so that trying again does not read again what has come meanwhile.
  const why = asked !== undefined ? `refresh ${asked}` : onEditOnly(model, previous);
  if (why === undefined) {
    return Math.max(
      secondLook,
      model.refreshPolicy === "Periodic" ? now - freshnessPromise(model.refreshIntervalMs) : 0,
    );
  }
  if (entry.readFrom?.why !== why) entry.readFrom = { why, at: now };
  return Math.max(entry.readFrom.at, secondLook);
}

/** Without a timer nothing keeps values fresh: an edit reads anew. */
function onEditOnly(model: ExternalValueModel, previous: StatusModel): string | undefined {
  const edited = model.refreshPolicy !== "Periodic" && previous.observedGeneration !== model.generation;
  return edited ? `generation ${model.generation}` : undefined;
}

function inputsOf(
  { model, sourced, services }: ReadContext,
  readings: ReadonlyMap<Sourced, Reading>,
): string | undefined {
  // Sources of templates have no version here: they are looked at each time.
  if (hasTemplateSources(model)) return undefined;
  const parts: string[] = [String(model.generation), model.refreshRequest ?? ""];
  for (const entry of sourced) {
    const reading = readings.get(entry);
    if (!reading?.good || reading.failure || entry.resolution.kind !== "ready") return undefined;
    parts.push(services.directory.revision(entry.item.store, model.namespace), entry.resolution.origin);
    // The same version from a replica is Degraded, and in order again from the primary region.
    parts.push(reading.good.replicaRegion ?? "", ...reading.good.values.map(({ versionKey }) => versionKey));
  }
  // A hash, since it is kept for every resource.
  return hash("sha256", parts.join("\n"), "base64");
}

function targetsUntouched(model: ExternalValueModel, entry: Entry): boolean {
  return targetsOf(model).every(({ kind, name }) => {
    const target = entry.targets.get(targetKey(kind, name));
    return target?.memo !== undefined && !isSuspect(target);
  });
}
