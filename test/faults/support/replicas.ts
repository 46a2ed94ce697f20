import { dirname, join } from "node:path";
import type { RunningOperator } from "../../support/operator-process.ts";
import { sharedEnvironment } from "../../support/shared-environment.ts";
import { type ApiProxy, startApiProxy } from "./api-proxy.ts";
import type { FaultBench } from "./fault-bench.ts";
import { apiServerIdentity } from "./listener.ts";

/** One of several replicas, with an API proxy of its own: what went through it, this replica has sent. */
export interface ObservedReplica {
  readonly api: ApiProxy;
  readonly operator: RunningOperator;
  /** The shards that it says it holds, by its metrics; none where it does not answer. */
  heldShards(): Promise<readonly number[]>;
  signal(signal: "SIGSTOP" | "SIGCONT" | "SIGKILL"): void;
}

/** Starts a replica of the bench's release, elected by Leases of so many seconds. */
export async function startReplica(
  bench: FaultBench,
  lease: LeaseSeconds,
  args: readonly string[] = [],
): Promise<ObservedReplica> {
  const { admin, auditLog = "" } = sharedEnvironment();
  const { url: upstream, certificateAuthority } = admin;
  const identity = apiServerIdentity(join(dirname(auditLog), "certificates"));
  const api = await startApiProxy({ upstream, certificateAuthority, identity });
  bench.stopAlso(api.stop);
  const operator = await bench.start({
    apiServerUrl: api.url,
    args: [
      `--lease-duration=${lease.duration}s`,
      `--renew-deadline=${lease.renewDeadline}s`,
      `--retry-period=${lease.retryPeriod}s`,
      ...args,
    ],
  });
  return {
    api,
    operator,
    async heldShards() {
      try {
        const page = await operator.metrics();
        return [...page.matchAll(/^externalvalues_shard_held\{shard="(\d+)"\} 1$/gm)].map(([, shard]) => Number(shard));
      } catch {
        return [];
      }
    },
    signal: (signal) => operator.local?.process.signal(signal),
  };
}

export interface LeaseSeconds {
  readonly duration: number;
  readonly renewDeadline: number;
  readonly retryPeriod: number;
}

const writes: ReadonlySet<string> = new Set(["create", "update", "patch", "delete"]);

/** Writes of the replica that the API server accepted, Leases and Events apart: `patch secrets/db`. */
export function acceptedWrites({ api }: ObservedReplica, from = 0): readonly string[] {
  return api
    .entries()
    .slice(from)
    .filter(
      ({ verb, resource, status = 0 }) =>
        writes.has(verb) && !["leases", "events"].includes(resource) && status < 300 && status >= 200,
    )
    .map(({ verb, resource, name }) => `${verb} ${resource}/${name ?? ""}`);
}

/** Shards that two replicas held at once: both said so, the one before and after the other. */
export async function sharedShards(replicas: readonly ObservedReplica[]): Promise<readonly number[]> {
  const first = await Promise.all(replicas.map((replica) => replica.heldShards()));
  const second = await Promise.all(replicas.map((replica) => replica.heldShards()));
  const throughout = first.map((held, index) => held.filter((shard) => second[index]?.includes(shard)));
  const all = throughout.flat();
  return all.filter((shard, index) => all.indexOf(shard) !== index);
}
