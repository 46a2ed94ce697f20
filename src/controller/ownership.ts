import { randomBytes } from "node:crypto";
import type { KubernetesClient } from "../kubernetes/client.ts";
import { createElector, type Elector } from "../kubernetes/leases/elector.ts";
import { shardOf } from "../kubernetes/leases/shard-of.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { ControllerOptions } from "./controller-options.ts";
import { namespaceOf } from "./queue/fair-lines.ts";

/** Which resources this replica works on. */
export interface Ownership {
  start(): void;
  /** Gives back what is held, so that another replica need not wait for it to expire. */
  stop(): Promise<void>;
  /** Whether a `namespace/name` (or a cluster-scoped `name`) is this replica's now; to be asked before every write. */
  owns(key: string): boolean;
  /** Whether this replica speaks for what belongs to no resource, the status of stores for one. */
  readonly leads: boolean;
  readonly shards: number;
  heldShards(): readonly number[];
  /** The shard of a key. */
  shardOfKey(key: string): number;
}

export interface OwnershipEvents {
  gained(shard: number): void;
  /** Resolves when no work on the shard is under way any more. */
  lost(shard: number): Promise<void>;
}

/** Without election everything is this process's from the start; else what its Leases say. */
export function createOwnership(
  options: ControllerOptions,
  { client, logger }: { readonly client: KubernetesClient; readonly logger: Logger },
  events: OwnershipEvents,
): Ownership {
  const { shards } = options;
  const shardOfKey = (key: string): number => {
    const namespace = namespaceOf(key);
    return shardOf(namespace, namespace === "" ? key : key.slice(namespace.length + 1), shards);
  };
  if (!options.leaderElection) return alone(events, shardOfKey);
  const elector: Elector = createElector({
    client,
    logger,
    namespace: options.ownNamespace,
    name: leaseName(options.controllerClass),
    // Never used again, also when a pod's container is started anew.
    identity: `${options.identity}_${randomBytes(4).toString("hex")}`,
    shards,
    leaseDurationMs: options.lease.durationMs,
    renewDeadlineMs: options.lease.renewDeadlineMs,
    retryPeriodMs: options.lease.retryPeriodMs,
    onGained: events.gained,
    onLost: events.lost,
  });
  return {
    shards,
    shardOfKey,
    start: () => elector.start(),
    stop: () => elector.stop({ release: true }),
    owns: (key) => elector.holds(shardOfKey(key)),
    get leads() {
      return elector.holds(0);
    },
    heldShards: () => elector.heldShards(),
  };
}

function alone(events: OwnershipEvents, shardOfKey: (key: string) => number): Ownership {
  return {
    shards: 1,
    shardOfKey,
    start: () => events.gained(0),
    stop: () => Promise.resolve(),
    owns: () => true,
    leads: true,
    heldShards: () => [0],
  };
}

/** Operators of different classes in one namespace do not stand by for one another. */
function leaseName(controllerClass: string): string {
  return controllerClass === "" ? "external-values" : `external-values-${controllerClass}`.slice(0, 200);
}
