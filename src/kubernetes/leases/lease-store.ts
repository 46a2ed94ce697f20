import { ApiError, type KubernetesClient } from "../client.ts";
import type { Clock } from "../clock.ts";
import { operatorFieldManager } from "../field-manager.ts";
import type { Preconditions } from "../objects.ts";
import { resourceTypes } from "../resource-types.ts";
import { type Lease, type LeaseRole, leaseLabels, shardsAnnotation } from "./lease.ts";

export interface LeaseClaim {
  readonly name: string;
  readonly role: LeaseRole;
  /** Empty: given back. */
  readonly holder: string;
  readonly durationSeconds: number;
  readonly renewTime: string;
}

/** The Leases of one group, in one namespace. Every write is conditional on the state that was read. */
export interface LeaseStore {
  /** All of the group, as they are at this moment (a quorum read). */
  list(): Promise<readonly Lease[]>;
  /** Writes a claim over the Lease that was read, or (undefined) makes a new one. Undefined: somebody was faster. */
  claim(claim: LeaseClaim, over: Lease | undefined): Promise<Lease | undefined>;
  remove(lease: Lease): Promise<void>;
}

export interface LeaseStoreOptions {
  readonly client: Pick<KubernetesClient, "list" | "create" | "mergePatch" | "delete">;
  readonly clock: Clock;
  readonly namespace: string;
  readonly group: string;
  readonly shards: number;
  /** A request that takes longer is given up; its outcome shows in the next list. */
  readonly requestTimeoutMs: number;
}

export function createLeaseStore(options: LeaseStoreOptions): LeaseStore {
  const { client, namespace, group, shards } = options;
  const type = resourceTypes.leases;
  const write = { fieldManager: operatorFieldManager };

  async function bounded<T>(send: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const timeout = new AbortController();
    const cancel = options.clock.after(options.requestTimeoutMs, () => timeout.abort());
    try {
      return await send(timeout.signal);
    } finally {
      cancel();
    }
  }

  return {
    async list() {
      const query = { namespace, labelSelector: `${leaseLabels.group}=${group}` };
      return bounded(async (signal) => (await client.list<Lease>(type, query, { signal })).items);
    },

    async claim(claim, over) {
      const metadata = {
        labels: { [leaseLabels.group]: group, [leaseLabels.role]: claim.role },
        annotations: { [shardsAnnotation]: String(shards) },
      };
      const spec = specOf(claim, over);
      const { name } = claim;
      return unlessOutrun(() =>
        bounded((signal) => {
          const options = { ...write, signal };
          if (over === undefined)
            return client.create<Lease>(type, { metadata: { ...metadata, name, namespace }, spec }, options);
          const patch = { metadata: { ...metadata, ...stateOf(over) }, spec };
          return client.mergePatch<Lease>(type, { namespace, name }, patch, options);
        }),
      );
    },

    async remove(lease) {
      const { name } = lease.metadata;
      await unlessOutrun(() =>
        bounded((signal) => client.delete(type, { namespace, name }, stateOf(lease), { signal })),
      );
    },
  };
}

function stateOf({ metadata: { uid, resourceVersion } }: Lease): Preconditions {
  return { ...(uid ? { uid } : {}), ...(resourceVersion ? { resourceVersion } : {}) };
}

function specOf(claim: LeaseClaim, over: Lease | undefined): Lease["spec"] {
  const before = over?.spec;
  const renewal = before?.holderIdentity === claim.holder;
  const { holder: holderIdentity, durationSeconds: leaseDurationSeconds, renewTime } = claim;
  return {
    holderIdentity,
    leaseDurationSeconds,
    renewTime,
    acquireTime: renewal ? (before?.acquireTime ?? renewTime) : renewTime,
    leaseTransitions: (before?.leaseTransitions ?? 0) + (renewal || holderIdentity === "" || !before ? 0 : 1),
  };
}

/** Conflict, AlreadyExists and NotFound mean that the Lease is no longer in the state that was read. */
async function unlessOutrun<T>(send: () => Promise<T>): Promise<T | undefined> {
  try {
    return await send();
  } catch (error) {
    if (error instanceof ApiError && (error.status === 409 || error.status === 404)) return undefined;
    throw error;
  }
}
