import type { Limits } from "../../api/store-model.ts";
import { createPoller } from "../calendar/poller.ts";
import type { Load } from "../calendar/quota-needs.ts";
import type { ServiceCalls } from "../calls.ts";
import type { ContentMemory } from "../memory/content-memory.ts";
import type { PlaneOptions, ReaderOptions } from "../plane-options.ts";
import type { Reader } from "../reader.ts";
import type { Entry } from "./entry.ts";
import { createReaderCore } from "./reader-core.ts";
import type { Owner } from "./subscribers.ts";

/** One reader with all that belongs to it: its values, its windows, its polling. */
export interface ReaderUnit extends Owner {
  readonly reader: Reader;
  /** As they are now. */
  account(): string | undefined;
  limits(): Limits;
  /** Where the secrets came from last: its own region, or a replica's. */
  activeRegion(): string;
  /** Limits and account may change while a reader lives; its service calls do not. */
  update(options: Pick<ReaderOptions, "limits" | "account">): void;
  /** The service calls of all its regions. */
  readonly calls: readonly ServiceCalls[];
  isWanted(): boolean;
  /** What its polls cost, by quota and interval. */
  loads(): readonly Load[];
  /** How long a poll has been due without having been begun, in milliseconds. */
  overdueMs(): number;
  /** Ends its timers and drops its values; its service calls may be another reader's too. */
  close(): void;
}

// What is read by somebody who does not subscribe, or not yet, is held this long.
const lingerMs = 30_000;

export function createReaderUnit(
  options: ReaderOptions,
  plane: PlaneOptions & { readonly memory: ContentMemory<Entry> },
): ReaderUnit {
  const { clock } = plane;
  let current: Pick<ReaderOptions, "limits" | "account"> = options;
  let activeRegion = options.region;
  let closed = false;
  const limits = (): Limits => (typeof current.limits === "function" ? current.limits() : current.limits);
  const core = createReaderCore(options, {
    ...plane,
    onChange: (subscribers) => {
      if (!closed) {
        plane.onChange(subscribers);
      }
    },
    onEntryChanged: (entry) => poller.plan(entry),
    onServedFrom: (region) => {
      activeRegion = region;
    },
    onEntryMade: () => linger(),
  });
  const poller = createPoller({
    ...plane,
    id: options.id,
    region: options.region,
    limits,
    metrics: plane.metrics,
    poll: core.poll,
    batchesSecrets: core.batchesSecrets,
  });
  let cancelSweep: (() => void) | undefined;

  const isIdle = (entry: Entry): boolean =>
    entry.wants.size === 0 && entry.flight === undefined && entry.pending === undefined;
  const sweep = (): void => {
    cancelSweep = undefined;
    const now = clock.now();
    let left = false;
    for (const entry of core.entries.values()) {
      if (isIdle(entry) && Math.abs(now - entry.usedAt) >= lingerMs) {
        core.drop(entry);
      } else {
        left ||= entry.wants.size === 0;
      }
    }
    if (left) {
      linger();
    }
  };
  const linger = (): void => {
    if (!closed) {
      cancelSweep ??= clock.after(lingerMs, sweep);
    }
  };

  return {
    reader: core.reader,
    calls: [options.calls, ...(options.failover ?? []).map((replica) => replica.calls)],
    account: () => (typeof current.account === "function" ? current.account() : current.account),
    limits,
    activeRegion: () => activeRegion,
    update: (next) => {
      current = next;
    },
    loads: poller.loads,
    overdueMs: poller.overdueMs,
    ensure: core.ensure,
    wantsChanged(entry) {
      poller.plan(entry);
      if (isIdle(entry)) {
        core.drop(entry);
      } else if (entry.wants.size === 0) {
        linger();
      }
    },
    isWanted: () => [...core.entries.values()].some((entry) => !isIdle(entry)),
    close() {
      closed = true;
      cancelSweep?.();
      poller.close();
      core.close();
      for (const entry of core.entries.values()) {
        core.drop(entry);
      }
    },
  };
}
