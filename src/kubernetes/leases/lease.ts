import type { KubernetesObject } from "../objects.ts";

/** What a coordination.k8s.io/v1 Lease says, as far as it matters here. */
export interface Lease extends KubernetesObject {
  readonly spec?: {
    readonly holderIdentity?: string | null;
    readonly leaseDurationSeconds?: number;
    /** RFC 3339 with microseconds, by the holder's clock: for people, never compared. */
    readonly acquireTime?: string | null;
    readonly renewTime?: string | null;
    readonly leaseTransitions?: number;
  };
}

export const leaseLabels = {
  /** The group of replicas that share the shards: the name of the lease they were started with. */
  group: "externalvalues.dev/lease-group",
  role: "externalvalues.dev/lease-role",
} as const;

/** On every Lease: into how many shards its holder splits the resources. */
export const shardsAnnotation = "externalvalues.dev/shards";

export type LeaseRole = "shard" | "member";

export function roleOf(lease: Lease): LeaseRole | undefined {
  const role = lease.metadata.labels?.[leaseLabels.role];
  return role === "shard" || role === "member" ? role : undefined;
}

/** NaN where it says nothing, which equals no number of shards. */
export function shardsOf(lease: Lease): number {
  return Number(lease.metadata.annotations?.[shardsAnnotation] ?? Number.NaN);
}

export function holderOf(lease: Lease): string | undefined {
  return lease.spec?.holderIdentity || undefined;
}

/**
 * Time stamps for renewals, each later than the one before even if the wall clock stands still or goes back: a renewal
 * that changed nothing would leave the resourceVersion as it is, and look to the others like none.
 */
export function createRenewTimes(wallNow: () => number): () => string {
  let lastMicros = 0;
  return () => {
    lastMicros = Math.max(lastMicros + 1, Math.floor(wallNow() * 1_000));
    const whole = new Date(Math.floor(lastMicros / 1_000)).toISOString();
    return whole.replace("Z", `${String(lastMicros % 1_000).padStart(3, "0")}Z`);
  };
}
