import type { ValueRef } from "../../api/source.ts";
import type { Isolated } from "../batching/isolate.ts";
import { createWindow, type Patience, type Window } from "../batching/window.ts";
import type { ServiceCalls } from "../calls.ts";
import type { ReaderOptions } from "../plane-options.ts";
import type { Reader, Reading } from "../reader.ts";
import { refKey } from "../refs/ref-key.ts";
import { batchSizes, type Route, routes } from "../refs/route.ts";
import { createAccess } from "./access.ts";
import { createDispatch } from "./dispatch.ts";
import { addFormer, createEntry, type Entry, forget, isAnswered, keepsAll, readingOf } from "./entry.ts";
import { createFlight, type Flight, join, mayJoin } from "./flight.ts";
import type { ReaderContext } from "./reader-context.ts";
import { unlessAborted } from "./unless-aborted.ts";

/** A reader from within: what the plane and the polling use. */
export interface ReaderCore {
  readonly reader: Reader;
  readonly entries: ReadonlyMap<string, Entry>;
  ensure(ref: ValueRef): Entry;
  /** Drops the entry and what it holds. A request that is under way still answers those who wait for it. */
  drop(entry: Entry): void;
  /** One batch as a poll, for this store's account of it. Never rejects. */
  poll(entries: readonly Entry[], onIsolating?: () => void): Promise<Isolated>;
  /** False: the identity may read secrets only one by one. */
  batchesSecrets(): boolean;
  /** Sends what waits in the windows and makes no timer outlast it. */
  close(): void;
}

type ReadOptions = Parameters<Reader["read"]>[1];

/** A refresh waits longer for company: at a start, a resource's secret need not come before its parameters. */
const defaultPatience: Patience = {
  interactive: { idleMs: 5, maxMs: 50 },
  refresh: { idleMs: 100, maxMs: 1000 },
};

/** What can be filled while it stands in line for the quota: batches, where the identity may make them. */
const batchOperations = { parameters: "getParameters", secrets: "batchGetSecretValue" } as const;

export function createReaderCore(options: ReaderOptions, context: ReaderContext): ReaderCore {
  const { clock, metrics } = context;
  const entries = new Map<string, Entry>();
  const replicas = (options.failover ?? []).map((replica) => createAccess(replica, clock));
  const primary = createAccess(options, clock);
  const dispatch = createDispatch(context, primary, replicas);

  const ensure = (ref: ValueRef): Entry => {
    const key = refKey(ref);
    const known = entries.get(key);
    const entry = known ?? createEntry(ref, clock.now());
    entry.usedAt = clock.now();
    if (known === undefined) {
      entries.set(key, entry);
      context.onEntryMade();
    }
    return entry;
  };

  const admit = (route: Route, turn: Parameters<ServiceCalls["admit"]>[1]) =>
    route === "parameters" || (route === "secrets" && primary.permission.mayBatch())
      ? primary.calls.admit(batchOperations[route], turn)
      : undefined;

  const windows: ReadonlyMap<Route, Window<Entry, Flight>> = new Map(
    routes.map((route) => [
      route,
      createWindow<Entry, Flight>({
        clock,
        capacity: batchSizes[route],
        patience: context.window ?? defaultPatience,
        // Whoever is in a hurry raises the priority on joining.
        open: () => createFlight("refresh"),
        othersInLine: () => routes.some((other) => other !== route && windows.get(other)?.isInLine),
        admit: (flight, priority) => admit(route, { priority, store: flight.store }),
        send: (asked, flight, permit) =>
          void dispatch({ route, entries: asked, flight, ...(permit === undefined ? {} : { permit }) }),
      }),
    ]),
  );

  const sendAlone = (entry: Entry, read: ReadOptions): Flight => {
    const flight = createFlight(read.priority);
    join(flight, entry.key, read);
    void dispatch({ route: entry.route, entries: [entry], flight });
    return flight;
  };

  const ask = (entry: Entry, read: ReadOptions): Flight => {
    if (entry.suspect) {
      return sendAlone(entry, read);
    }
    const flight = windows.get(entry.route)?.add(entry, read.priority, (waiting) => {
      entry.pending = waiting;
      join(waiting, entry.key, read);
    });
    return flight ?? sendAlone(entry, read);
  };

  const shared = (entry: Entry, read: ReadOptions): Flight | undefined => {
    const flight = entry.pending ?? entry.flight;
    if (flight === undefined || !mayJoin(flight, read, clock.now()) || !keepsAll({ ...entry, kept: entry.keeping })) {
      return undefined;
    }
    join(flight, entry.key, read);
    if (read.priority === "interactive" && flight === entry.pending) {
      windows.get(entry.route)?.hurry(flight);
    }
    return flight;
  };

  const reader: Reader = {
    region: options.region,
    id: options.id,
    peek(ref) {
      const entry = entries.get(refKey(ref));
      if (entry === undefined || (entry.good === undefined && entry.failure === undefined)) {
        return undefined;
      }
      context.memory.touch(entry);
      return readingOf(entry);
    },
    async read(refs, read) {
      read.signal?.throwIfAborted();
      const readings = new Map<string, Reading>();
      const flights = new Map<string, Flight>();
      const counts = { held: 0, joined: 0, asked: 0 };
      for (const entry of new Set(refs.map(ensure))) {
        addFormer(entry, read.former?.get(entry.key) ?? []);
        if (isAnswered(entry, read, clock)) {
          context.memory.touch(entry);
          readings.set(entry.key, readingOf(entry));
          counts.held += 1;
          continue;
        }
        const joined = shared(entry, read);
        counts[joined === undefined ? "asked" : "joined"] += 1;
        flights.set(entry.key, joined ?? ask(entry, read));
      }
      metrics?.refsRead?.({ store: read.store, ...counts });
      await unlessAborted(landed(flights, readings), read.signal);
      return readings;
    },
  };

  return {
    reader,
    entries,
    ensure,
    drop(entry) {
      if (entries.get(entry.key) === entry) {
        entries.delete(entry.key);
      }
      forget(entry, context.memory);
    },
    poll(polled, onIsolating) {
      const [first] = polled;
      const flight = createFlight("refresh");
      flight.store = first === undefined ? "" : storeOf(first);
      const route = first?.route ?? "parameters";
      return dispatch({ route, entries: polled, flight, ...(onIsolating === undefined ? {} : { onIsolating }) });
    },
    batchesSecrets: primary.permission.mayBatch,
    close() {
      for (const window of windows.values()) {
        window.flush();
      }
    },
  };
}

/** Of several stores that share a value, the first. */
function storeOf(entry: Entry): string {
  const [want] = entry.wants.values();
  return want?.store ?? "";
}

async function landed(flights: ReadonlyMap<string, Flight>, readings: Map<string, Reading>): Promise<void> {
  for (const [key, flight] of flights) {
    const reading = (await flight.done).get(key);
    if (reading !== undefined) {
      readings.set(key, reading);
    }
  }
}
