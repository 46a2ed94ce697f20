import type { Priority } from "../calls.ts";
import type { Reading } from "../reader.ts";

/** One shared request: made, waiting in a window, or under way. */
export interface Flight {
  /** When it was handed to the service calls (clock milliseconds); undefined while it waits in a window. */
  began: number | undefined;
  priority: Priority;
  /** For metrics: the store of the first who asked. */
  store: string;
  /** By ref key: the subscribers who wait for it, and so need not be told of what it brings. */
  readonly askers: Map<string, Set<string>>;
  /** Never rejects. The readings carry their content, whether or not there is memory to hold it. */
  readonly done: Promise<ReadonlyMap<string, Reading>>;
  land(readings: ReadonlyMap<string, Reading>): void;
}

export function createFlight(priority: Priority): Flight {
  const { promise, resolve } = Promise.withResolvers<ReadonlyMap<string, Reading>>();
  return { began: undefined, priority, store: "", askers: new Map(), done: promise, land: resolve };
}

// Longer than a request usually takes: past it, a refresh is likely waiting for the quota.
const patienceMs = 100;

/**
 * Whether a read may share a request that is under way: it must have begun late enough, and an interactive read must not
 * end up behind a refresh that waits for the quota.
 */
export function mayJoin(
  flight: Flight,
  read: { readonly notBefore: number; readonly priority: Priority },
  now: number,
): boolean {
  if (flight.began === undefined) {
    return true;
  }
  const hurried = read.priority === "interactive" && flight.priority === "refresh";
  return flight.began >= read.notBefore && flight.began <= now && !(hurried && now - flight.began > patienceMs);
}

export function join(
  flight: Flight,
  key: string,
  read: { readonly priority: Priority; readonly store: string; readonly subscriber?: string },
): void {
  flight.store ||= read.store;
  if (read.priority === "interactive" && flight.began === undefined) {
    flight.priority = "interactive";
  }
  if (read.subscriber !== undefined) {
    const askers = flight.askers.get(key) ?? new Set();
    flight.askers.set(key, askers.add(read.subscriber));
  }
}
