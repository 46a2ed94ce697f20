import type { SecretRef, ValueRef } from "../../api/source.ts";
import { type BatchPermission, createBatchPermission } from "../batching/batch-permission.ts";
import { failOver, type Replica } from "../batching/failover.ts";
import { createSuspicion, type Isolated, type Suspicion } from "../batching/isolate.ts";
import type { Ask, Outcome } from "../batching/outcome.ts";
import { readParameters } from "../batching/read-parameters.ts";
import { readSecret, readSecrets } from "../batching/read-secrets.ts";
import { readTags } from "../batching/read-tags.ts";
import type { CallOptions } from "../calls.ts";
import type { Clock } from "../clock.ts";
import { readFind } from "../find/read-find.ts";
import type { Route } from "../refs/route.ts";
import type { Entry } from "./entry.ts";

/** One region, and what has been learnt of the identity in it. */
export interface Access extends Replica {
  readonly permission: BatchPermission;
  readonly suspicion: Readonly<Record<"parameters" | "secrets", Suspicion>>;
}

export function createAccess({ region, calls }: Replica, clock: Clock): Access {
  return {
    region,
    calls,
    permission: createBatchPermission(clock),
    suspicion: { parameters: createSuspicion(), secrets: createSuspicion() },
  };
}

export interface ReadBatch {
  readonly route: Route;
  readonly entries: readonly Entry[];
  readonly options: CallOptions;
  /** Clock milliseconds. */
  readonly began: number;
  readonly onIsolating?: () => void;
}

type Typed<K extends ValueRef["kind"]> = Ask<Extract<ValueRef, { kind: K }>>;

/** The entries whose ref is of this kind: all of them, since a route reads one kind. */
function ofKind<K extends ValueRef["kind"]>(entries: readonly Entry[], kind: K): Typed<K>[] {
  return entries.filter((entry): entry is Entry & Typed<K> => entry.ref.kind === kind);
}

/** Reads one batch in the primary region and, where that is down, its secrets in the replicas. Never rejects for a read. */
export async function readBatch(batch: ReadBatch, primary: Access, replicas: readonly Access[]): Promise<Isolated> {
  switch (batch.route) {
    case "parameters":
      return await readParameters(ofKind(batch.entries, "parameter"), {
        ...batch,
        calls: primary.calls,
        suspicion: primary.suspicion.parameters,
      });
    case "secrets":
    case "secretVersions":
      return await secretsOf(batch, primary, replicas);
    case "tags":
      return await eachAlone(ofKind(batch.entries, "tags"), ({ ref }) => readTags(ref, { ...batch, ...primary }));
    case "finds":
      return await eachAlone(batch.entries, (entry) => readFind(entry, { ...batch, access: primary }));
  }
}

async function secretsOf(batch: ReadBatch, primary: Access, replicas: readonly Access[]): Promise<Isolated> {
  const asks = ofKind(batch.entries, "secret");
  const isolated = await secretsIn(asks, batch, primary);
  const outcomes = await failOver(asks, isolated.outcomes, {
    region: primary.region,
    replicas,
    read: async (some, replica) => (await secretsIn(some, batch, replica)).outcomes,
  });
  return { ...isolated, outcomes };
}

async function secretsIn(asks: readonly Ask<SecretRef>[], batch: ReadBatch, access: Access): Promise<Isolated> {
  const context = { ...batch, calls: access.calls, permission: access.permission, suspicion: access.suspicion.secrets };
  return batch.route === "secrets"
    ? await readSecrets(asks, context)
    : await eachAlone(asks, ({ ref }) => readSecret(ref, context));
}

async function eachAlone<A extends Ask>(asks: readonly A[], read: (ask: A) => Promise<Outcome>): Promise<Isolated> {
  const outcomes = await Promise.all(asks.map(async (ask) => [ask.key, await read(ask)] as const));
  return { outcomes: new Map(outcomes), culprits: new Set() };
}
