import type { Failure } from "../../api/conditions.ts";
import type { ExternalValueModel, StoreRef } from "../../api/model.ts";
import type { SourceValue, ValueRef } from "../../api/source.ts";
import type { Priority } from "../../aws/calls.ts";
import type { Reader, Reading, Want } from "../../aws/reader.ts";
import { refKey } from "../../aws/refs/ref-key.ts";
import type { Resolution, StoreDirectory } from "../stores/directory.ts";
import { deliveredBefore, isRowOf } from "./delivered.ts";
import { compileKeep } from "./keep.ts";
import { freshnessPromise, type Outcome, outcomeOf } from "./outcome.ts";
import { describeRef } from "./read-error.ts";
import type { Item } from "./select.ts";
import type { ValueRow } from "./status-model.ts";

/** An item with where it is read. */
export interface Sourced {
  readonly item: Item;
  /** `key DB_PASSWORD` or `spec.dataFrom[0]`. */
  readonly subject: string;
  readonly resolution: Resolution;
}

/** An item with what was read for it. */
export interface Gathered extends Sourced {
  readonly outcome: Outcome;
}

/** Finds the reader of every item. */
export function sourceItems(model: ExternalValueModel, directory: StoreDirectory): readonly Sourced[] {
  return [...model.data, ...model.dataFrom].map((item) => {
    const subject = "key" in item ? `key ${item.key}` : item.field;
    return { item, subject, resolution: directory.resolve(item.store, model.namespace, item.ref, subject) };
  });
}

/** What the resource subscribes to. */
export function wantsOf(model: ExternalValueModel, items: readonly Sourced[]): readonly Want[] {
  const timer = model.refreshPolicy === "Periodic" ? { intervalMs: model.refreshIntervalMs } : {};
  // One text for all items of a store: they are kept for as long as the resource is served.
  const stores = new Map<StoreRef, string>();
  return items.flatMap(({ item, resolution }) => {
    if (resolution.kind !== "ready") return [];
    const keep = "keys" in item ? compileKeep(item) : {};
    const store = stores.get(item.store) ?? storeName(item);
    stores.set(item.store, store);
    return [{ reader: resolution.reader, ref: item.ref, store, ...timer, ...keep }];
  });
}

export interface ReadRequest {
  readonly notBefore: number;
  readonly content: boolean;
  readonly priority: Priority;
  /** The resource, as it subscribed. */
  readonly subscriber: string;
  /** Names that a find brought before. */
  readonly former: (sourced: Sourced) => readonly string[];
  readonly signal: AbortSignal;
}

/** What one reader is asked for. */
interface Share {
  readonly refs: Map<string, ValueRef>;
  readonly former: Map<string, readonly string[]>;
  readonly store: string;
}

/** Reads everything, each reader's share in one go. Failures are outcomes; only an abort rejects. */
export async function readItems(
  items: readonly Sourced[],
  request: ReadRequest,
): Promise<ReadonlyMap<Sourced, Reading>> {
  const shares = sharesOf(items, request);
  const answers = new Map(
    await Promise.all(
      [...shares].map(
        async ([reader, { refs, former, store }]) =>
          [reader, await reader.read([...refs.values()], { ...request, former, store })] as const,
      ),
    ),
  );
  const readings = new Map<Sourced, Reading>();
  for (const sourced of items) {
    if (sourced.resolution.kind !== "ready") continue;
    const reading = answers.get(sourced.resolution.reader)?.get(refKey(sourced.item.ref));
    if (reading) readings.set(sourced, reading);
  }
  return readings;
}

function sharesOf(items: readonly Sourced[], request: ReadRequest): ReadonlyMap<Reader, Share> {
  const shares = new Map<Reader, Share>();
  for (const sourced of items) {
    const { item, resolution } = sourced;
    if (resolution.kind !== "ready") continue;
    const share = shares.get(resolution.reader) ?? { refs: new Map(), former: new Map(), store: storeName(item) };
    const key = refKey(item.ref);
    share.refs.set(key, item.ref);
    const former = request.former(sourced);
    if (former.length > 0) share.former.set(key, [...(share.former.get(key) ?? []), ...former]);
    shares.set(resolution.reader, share);
  }
  return shares;
}

export interface OutcomeInput {
  readonly model: ExternalValueModel;
  readonly directory: StoreDirectory;
  readonly previousRows: readonly ValueRow[];
  readonly now: number;
  readonly startedAt: number;
  readonly secondLookMs: number;
}

/** Classifies what was read, with the access rules checked on every name that came back. */
export function outcomesOf(
  items: readonly Sourced[],
  readings: ReadonlyMap<Sourced, Reading>,
  input: OutcomeInput,
): readonly Gathered[] {
  return items.map((sourced) => ({ ...sourced, outcome: outcomeOfItem(sourced, readings.get(sourced), input) }));
}

function outcomeOfItem(sourced: Sourced, reading: Reading | undefined, input: OutcomeInput): Outcome {
  const { item, subject, resolution } = sourced;
  if (resolution.kind === "failed") return { kind: "unreadable", failure: resolution.failure };
  if (resolution.kind === "foreign") return { kind: "unreadable", failure: foreignStore(item, subject) };
  const { model, directory, now, startedAt, secondLookMs } = input;
  if (!reading) return notInTime(sourced, input);
  const outcome = outcomeOf(reading, {
    subject,
    region: resolution.reader.region,
    now,
    startedAt,
    secondLookMs,
    delivered: deliveredBefore(input.previousRows, item, resolution.origin),
    ...(model.refreshPolicy === "Periodic" ? { promiseMs: freshnessPromise(model.refreshIntervalMs) } : {}),
  });
  if (outcome.kind !== "value") return outcome;
  const lagging = laggingReplica(sourced, reading, input);
  if (lagging) return lagging;
  const refused = firstRefusal(outcome.values, (value) =>
    directory.checkReturned(resolution, model.namespace, value, subject),
  );
  return refused ? { kind: "unreadable", failure: refused } : outcome;
}

/**
 * A replica may lag, and an old password restored is an outage: where another version was delivered before, what the
 * replica says is not written (api.md, "Failover").
 */
function laggingReplica(
  { item, subject }: Sourced,
  { good }: Reading,
  { previousRows, now }: OutcomeInput,
): Outcome | undefined {
  if (good?.replicaRegion === undefined) return undefined;
  const versions = new Set(good.values.map(({ version }) => version));
  const delivered = previousRows.find(
    (row) => row.version !== undefined && isRowOf(row, item) && !versions.has(row.version),
  );
  if (!delivered) return undefined;
  const message =
    `${subject}: the replica in ${good.replicaRegion} has another version of ${describeRef(item.ref)} than the one ` +
    "delivered, and may lag; the last value stays until the primary region answers";
  return { kind: "waiting", failure: { reason: "AwsUnavailable", message }, freshUntil: now, promiseBroken: true };
}

function notInTime({ item, subject }: Sourced, { model, now, startedAt }: OutcomeInput): Outcome {
  const message = `${subject}: reading ${describeRef(item.ref)} takes too long; it is tried again`;
  const promise =
    model.refreshPolicy === "Periodic" ? freshnessPromise(model.refreshIntervalMs) : Number.POSITIVE_INFINITY;
  const freshUntil = startedAt + promise;
  return {
    kind: "waiting",
    failure: { reason: "AwsUnavailable", message },
    freshUntil,
    promiseBroken: now > freshUntil,
  };
}

function firstRefusal(
  values: readonly SourceValue[],
  check: (value: SourceValue) => Failure | undefined,
): Failure | undefined {
  for (const value of values) {
    const refused = check(value);
    if (refused) return refused;
  }
  return undefined;
}

function foreignStore(item: Item, subject: string): Failure {
  return {
    reason: "StoreNotReady",
    message: `${subject}: ${storeName(item)} is served by an operator of another controller class`,
  };
}

const storeName = (item: Item): string => `${item.store.kind}/${item.store.name}`;
