import { ApiError, type KubernetesClient } from "../client.ts";
import type { Clock } from "../clock.ts";
import type { Lease } from "../leases/lease.ts";
import type { ObjectMeta, Preconditions } from "../objects.ts";

export type LeaseClient = Pick<KubernetesClient, "list" | "create" | "mergePatch" | "delete">;

export interface FakeLeaseServer {
  readonly leases: ReadonlyMap<string, Lease>;
  /** A way to the server: requests and answers take as long as `delay` says, and are lost when it says Infinity. */
  connect(way: { readonly clock: Clock; readonly delay: () => number }): LeaseClient;
}

/** Leases with uids, versions and preconditions, in memory. A write without a change leaves the version alone. */
export function createFakeLeaseServer(): FakeLeaseServer {
  const leases = new Map<string, Lease>();
  let version = 0;

  function commit(name: string, lease: Lease): Lease {
    const before = leases.get(name);
    if (before && withoutVersion(before) === withoutVersion(lease)) return before;
    const metadata = { ...lease.metadata, resourceVersion: String(++version) };
    const stored = { ...lease, metadata };
    leases.set(name, stored);
    return stored;
  }

  function existing(name: string, { uid, resourceVersion }: Preconditions): Lease {
    const lease = leases.get(name);
    if (!lease) throw refusal(404, "NotFound");
    const same = (wanted: string | undefined, is: string | undefined) => wanted === undefined || wanted === is;
    if (same(uid, lease.metadata.uid) && same(resourceVersion, lease.metadata.resourceVersion)) return lease;
    throw refusal(409, "Conflict");
  }

  function create(lease: Lease): Lease {
    if (leases.has(lease.metadata.name)) throw refusal(409, "AlreadyExists");
    return commit(lease.metadata.name, { ...lease, metadata: { ...lease.metadata, uid: `uid-${++version}` } });
  }

  function patch(name: string, change: { metadata: ObjectMeta; spec: Lease["spec"] }): Lease {
    const lease = existing(name, change.metadata);
    return commit(name, {
      metadata: { ...lease.metadata, ...change.metadata },
      spec: { ...lease.spec, ...change.spec },
    });
  }

  return {
    leases,
    connect(way) {
      const send = <T>(act: () => unknown, signal?: AbortSignal) => overTheWire<T>(way, act as () => T, signal);
      return {
        list: (_type, _query, options) =>
          send(() => ({ items: [...leases.values()], resourceVersion: String(version) }), options?.signal),
        create: (_type, object, options) => send(() => create(object), options.signal),
        mergePatch: (_type, { name }, change, options) => send(() => patch(name, change as never), options.signal),
        delete: (_type, { name }, preconditions, options) =>
          send(() => {
            existing(name, preconditions);
            leases.delete(name);
          }, options?.signal),
      };
    },
  };
}

function overTheWire<T>(
  { clock, delay }: { readonly clock: Clock; readonly delay: () => number },
  act: () => T,
  signal?: AbortSignal,
): Promise<T> {
  return new Promise((resolve, reject) => {
    signal?.addEventListener("abort", () => reject(refusal(0, "Aborted")), { once: true });
    const answer = (deliver: () => void): void => {
      const back = delay();
      if (Number.isFinite(back)) clock.after(back, deliver);
    };
    const there = delay();
    if (!Number.isFinite(there)) return;
    clock.after(there, () => {
      // The server acts on what arrives, whether or not anybody still waits for the answer.
      try {
        const result = act();
        answer(() => resolve(result));
      } catch (error) {
        answer(() => reject(error));
      }
    });
  });
}

function withoutVersion({ metadata: { resourceVersion: _, ...metadata }, spec }: Lease): string {
  return JSON.stringify([metadata, spec]);
}

function refusal(status: number, reason: string): ApiError {
  return new ApiError({ status, reason, message: reason });
}
