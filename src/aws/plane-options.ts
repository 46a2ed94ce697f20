import type { Limits } from "../api/store-model.ts";
import type { Replica } from "./batching/failover.ts";
import type { Patience } from "./batching/window.ts";
import type { Priority, ServiceCalls } from "./calls.ts";
import type { Clock } from "./clock.ts";
import type { ChangeListener } from "./reader.ts";
import type { Route } from "./refs/route.ts";

/** What the plane tells the metrics: names, counts and times, never a value. All optional. */
export interface PlaneMetrics {
  /** One `read` of refs: how many were answered from memory, by a request under way, and by a new one. */
  refsRead?(event: {
    readonly store: string;
    readonly held: number;
    readonly joined: number;
    readonly asked: number;
  }): void;
  /** One batch of refs answered. */
  batchRead?(event: {
    readonly region: string;
    readonly route: Route;
    readonly items: number;
    readonly priority: Priority;
  }): void;
  /** A poll began this much after it was due (seconds): what grows without end is more than the quota carries. */
  pollStarted?(event: { readonly region: string; readonly route: Route; readonly lateSeconds: number }): void;
  /** Content held in memory over all readers. */
  memoryHeld?(bytes: number): void;
  /** Refs that are asked alone, since they make shared batches fail. */
  refsApart?(event: {
    readonly reader: string;
    readonly region: string;
    readonly route: Route;
    readonly refs: number;
  }): void;
  /** An answer came from a failover region. */
  failedOver?(event: { readonly region: string; readonly replicaRegion: string; readonly items: number }): void;
}

export interface PlaneOptions {
  readonly clock: Clock;
  /** Uniform in [0, 1): spreads phases and backoff. */
  readonly random: () => number;
  /** Bound of the content held over all readers, in bytes; beyond it only versions are kept. */
  readonly cacheBytes: number;
  readonly onChange: ChangeListener;
  readonly metrics?: PlaneMetrics;
  /** How long a batch stays open before it stands in line for the quota. */
  readonly window?: Patience;
}

export interface ReaderOptions {
  /** Stable for the credential recipe, safe for logs. */
  readonly id: string;
  readonly region: string;
  /** Closed by the plane, with the last reader that has it. */
  readonly calls: ServiceCalls;
  /** In the order in which they are tried; their calls are closed likewise. */
  readonly failover?: readonly Replica[];
  /** Readers of one account and region share its quota. Unknown: the reader has it to itself. Asked anew each time. */
  readonly account?: string | (() => string | undefined);
  /** Asked anew each time, where it is a function: what all stores together say may change. */
  readonly limits: Limits | (() => Limits);
}
