import { randomBytes } from "node:crypto";
import type { Logger } from "../../telemetry/logger.ts";
import { ApiError, type KubernetesClient } from "../client.ts";
import type { Clock } from "../clock.ts";
import { operatorFieldManager } from "../field-manager.ts";
import type { KubernetesObject } from "../objects.ts";
import { resourceTypes } from "../resource-types.ts";
import { createEventQueue } from "./event-queue.ts";
import { createEventAggregation, type Occurrence, type Series } from "./event-series.ts";
import { boundedNote, microTime } from "./event-text.ts";

export interface EventRecorder {
  /** Returns at once; what cannot be written is logged and forgotten. */
  record(occurrence: Occurrence): void;
  /** Writes what waits, for at most two seconds. */
  stop(): Promise<void>;
}

export interface EventRecorderOptions {
  readonly client: Pick<KubernetesClient, "create" | "mergePatch">;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Milliseconds since the epoch, for the Events' time stamps. */
  readonly wallNow: () => number;
  /** The pod's name. */
  readonly instance: string;
  /** Distinguishes the Events of an object. Default: eight random bytes in hex. */
  readonly suffix?: () => string;
}

const reportingController = "externalvalues.dev/external-values";
// A repetition is a count on the Event that is there, written no more often than this.
const seriesEveryMs = 60_000;
const mostWaiting = 1_000;
// Those that are left out in one go make one line of the log.
const leftOutEveryMs = 10_000;
const attempts = 3;
const retryAfterMs = 2_000;
const stopWithinMs = 2_000;

/** Events of events.k8s.io/v1, which `kubectl describe` and `kubectl events` show like any other. */
export function createEventRecorder(options: EventRecorderOptions): EventRecorder {
  const { client, logger, clock, wallNow } = options;
  const suffix = options.suffix ?? (() => randomBytes(8).toString("hex"));
  const aggregation = createEventAggregation(clock);
  const waiting = createEventQueue(mostWaiting);
  let working: Promise<void> | undefined;
  let leftOut = 0;
  let cancelLeftOut: (() => void) | undefined;
  let cancelSeries: (() => void) | undefined;
  let stopped = false;

  async function write(series: Series): Promise<void> {
    if (series.name === undefined) await make(series);
    else await count(series, series.name);
  }

  async function make(series: Series): Promise<void> {
    // When it happened: it may have waited since.
    const now = wallNow() - (clock.now() - series.lastSeen);
    const event = eventOf(series, { suffix: suffix(), instance: options.instance, now });
    await client.create(resourceTypes.events, event, { fieldManager: operatorFieldManager, metadataOnly: true });
    series.name = event.metadata.name;
  }

  async function count(series: Series, name: string): Promise<void> {
    const { count } = series;
    const namespace = namespaceOf(series.occurrence);
    const patch = { series: { count, lastObservedTime: microTime(wallNow()) } };
    const write = { fieldManager: operatorFieldManager, metadataOnly: true };
    await client.mergePatch(resourceTypes.events, { namespace, name }, patch, write);
    series.writtenCount = count;
  }

  async function attempt(series: Series): Promise<void> {
    for (let left = attempts; left > 0; left -= 1) {
      try {
        await write(series);
        return;
      } catch (error) {
        if (left === 1 || !mayHeal(error)) return giveUp(series, error);
        await new Promise<void>((resolve) => clock.after(retryAfterMs, resolve));
      }
    }
  }

  function giveUp(series: Series, error: unknown): void {
    // The Event has expired or was deleted: the next occurrence makes another.
    if (error instanceof ApiError && error.status === 404) series.name = undefined;
    const { reason, regarding } = series.occurrence;
    const about = { kind: regarding.kind, namespace: regarding.namespace, name: regarding.name, reason };
    logger.warn({ ...about, err: error }, "An Event could not be written");
  }

  function enqueue(series: Series): void {
    if (!waiting.push(series)) {
      leftOut += 1;
      cancelLeftOut ??= clock.after(leftOutEveryMs, tellLeftOut);
    }
    working ??= work();
  }

  function tellLeftOut(): void {
    cancelLeftOut?.();
    cancelLeftOut = undefined;
    if (leftOut > 0) logger.warn({ leftOut }, "Too many Events waited to be written: some are left out");
    leftOut = 0;
  }

  async function work(): Promise<void> {
    for (let next = waiting.shift(); next; next = waiting.shift()) await attempt(next);
    working = undefined;
  }

  function countLater(): void {
    if (stopped) return;
    cancelSeries ??= clock.after(seriesEveryMs, () => {
      cancelSeries = undefined;
      const due = aggregation.due();
      for (const series of due) enqueue(series);
      if (due.length > 0) countLater();
    });
  }

  return {
    record(occurrence) {
      if (stopped) return;
      const admitted = aggregation.admit({ ...occurrence, note: boundedNote(occurrence.note) });
      if (admitted?.isNew || (admitted && admitted.series.name === undefined && !working)) enqueue(admitted.series);
      else if (admitted) countLater();
    },
    async stop() {
      stopped = true;
      cancelSeries?.();
      for (const series of aggregation.due()) enqueue(series);
      let cancel = (): void => {};
      const enough = new Promise<void>((resolve) => {
        cancel = clock.after(stopWithinMs, resolve);
      });
      await Promise.race([working, enough]);
      cancel();
      tellLeftOut();
    },
  };
}

/** Whether trying again can help: no answer, too many requests, a fault of the server. */
function mayHeal(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 0 || error.status === 429 || error.status >= 500);
}

/** Events about cluster-scoped objects live in the namespace `default`. */
function namespaceOf({ regarding }: Occurrence): string {
  return regarding.namespace ?? "default";
}

function eventOf(
  { occurrence }: Series,
  { suffix, instance, now }: { readonly suffix: string; readonly instance: string; readonly now: number },
): KubernetesObject & Readonly<Record<string, unknown>> {
  const { regarding, type, reason, action, note } = occurrence;
  // Names of objects have at most 253 characters, and so have those of Events.
  const name = `${regarding.name.slice(0, 236)}.${suffix}`;
  return {
    metadata: { name, namespace: namespaceOf(occurrence) },
    eventTime: microTime(now),
    reportingController,
    reportingInstance: instance.slice(0, 128),
    type,
    reason,
    action,
    regarding,
    note,
  };
}
