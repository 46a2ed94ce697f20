import type { Isolated } from "../batching/isolate.ts";
import { allBad, asAwsError, noAnswer, type Outcome } from "../batching/outcome.ts";
import type { Permit } from "../calls.ts";
import { contentBytes } from "../memory/content-memory.ts";
import type { Reading } from "../reader.ts";
import type { Route } from "../refs/route.ts";
import { type Access, readBatch } from "./access.ts";
import { dropContent, type Entry, readingOf } from "./entry.ts";
import type { Flight } from "./flight.ts";
import type { ReaderContext } from "./reader-context.ts";
import { isOutdated, takeIn } from "./transition.ts";

export interface Shipment {
  readonly route: Route;
  readonly entries: readonly Entry[];
  readonly flight: Flight;
  /** The batch stood in line for the quota while it was filled. */
  readonly permit?: Permit;
  readonly onIsolating?: () => void;
}

/** Sends a batch, takes its answers in, and tells once whom they concern. Never rejects. */
export type Dispatch = (shipment: Shipment) => Promise<Isolated>;

export function createDispatch(context: ReaderContext, primary: Access, replicas: readonly Access[]): Dispatch {
  const { clock, metrics } = context;
  return async (shipment) => {
    const { entries, flight, route, permit } = shipment;
    const began = clock.now();
    takeOff(entries, flight, began);
    metrics?.batchRead?.({ region: primary.region, route, items: entries.length, priority: flight.priority });
    const options = { priority: flight.priority, store: flight.store, ...(permit === undefined ? {} : { permit }) };
    const isolated = await readBatch({ ...shipment, options, began }, primary, replicas).catch(
      (thrown: unknown): Isolated => ({ outcomes: allBad(entries, asAwsError(thrown, route)), culprits: new Set() }),
    );
    permit?.giveBack();
    tellRegions(context, isolated, shipment, primary.region);
    const readings = new Map<string, Reading>();
    const concerned = new Set<string>();
    for (const entry of entries) {
      const outcome = isolated.outcomes.get(entry.key) ?? noAnswer(route, entry.key);
      const arrival = { outcome, flight, began, guilty: isolated.culprits.has(entry.key) };
      const { reading, isNews } = settle(context, entry, arrival);
      readings.set(entry.key, reading);
      if (isNews) {
        addConcerned(concerned, entry, flight);
      }
    }
    metrics?.memoryHeld?.(context.memory.bytes);
    flight.land(readings);
    if (concerned.size > 0) {
      context.onChange(concerned);
    }
    return isolated;
  };
}

/** Which region secrets came from: a replica counts only while it answers in place of the primary. */
function tellRegions(
  { metrics, onServedFrom }: ReaderContext,
  { outcomes }: Isolated,
  { route }: Shipment,
  primary: string,
): void {
  if (route !== "secrets" && route !== "secretVersions") {
    return;
  }
  const regions = [...outcomes.values()].flatMap((outcome) => (outcome.ok ? [outcome.replicaRegion ?? primary] : []));
  for (const [region, items] of Map.groupBy(regions, (each) => each)) {
    onServedFrom(region);
    if (region !== primary) {
      metrics?.failedOver?.({ region: primary, replicaRegion: region, items: items.length });
    }
  }
}

function takeOff(entries: readonly Entry[], flight: Flight, began: number): void {
  flight.began = began;
  for (const entry of entries) {
    entry.flight = flight;
    entry.pending = entry.pending === flight ? undefined : entry.pending;
  }
}

interface Arrival {
  readonly outcome: Outcome;
  readonly flight: Flight;
  readonly began: number;
  readonly guilty: boolean;
}

function settle(
  context: ReaderContext,
  entry: Entry,
  { outcome, flight, began, guilty }: Arrival,
): { readonly reading: Reading; readonly isNews: boolean } {
  entry.flight = entry.flight === flight ? undefined : entry.flight;
  if (isOutdated(entry, began, context.clock.now())) {
    return { reading: readingOf(entry), isNews: false };
  }
  const had = { suspect: entry.suspect, steady: isSteady(entry), content: isHeld(entry) };
  const isNews = takeIn(entry, outcome, began);
  entry.suspect ||= guilty;
  const reading = readingOf(entry);
  if (outcome.ok) {
    hold(context, entry, isNews || had.content || flight.priority === "interactive");
  }
  if (had.suspect !== entry.suspect || had.steady !== isSteady(entry)) {
    context.onEntryChanged(entry);
  }
  return { reading, isNews };
}

/** Answered, and not failing since: what a pin needs to be looked at only once a day. */
function isSteady({ good, failure }: Entry): boolean {
  return good !== undefined && failure === undefined;
}

function isHeld({ good }: Entry): boolean {
  return good?.values.some((value) => value.content !== undefined) ?? false;
}

/** Keeps the content where there is memory for it; what a quiet poll brings makes no room for itself. */
function hold({ memory }: ReaderContext, entry: Entry, makeRoom: boolean): void {
  const bytes = contentBytes(entry.good?.values ?? []);
  if (bytes === 0) {
    memory.release(entry);
  } else if (!memory.hold(entry, bytes, makeRoom)) {
    dropContent(entry);
  }
}

function addConcerned(concerned: Set<string>, entry: Entry, flight: Flight): void {
  const askers = flight.askers.get(entry.key);
  for (const subscriber of entry.wants.keys()) {
    if (askers === undefined || !askers.has(subscriber)) {
      concerned.add(subscriber);
    }
  }
}
