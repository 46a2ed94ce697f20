import type { ClusterObject } from "../../support/cluster.ts";
import type { EndState } from "./end-state.ts";
import type { FaultBench, Place } from "./fault-bench.ts";

// Restarts are neither missed nor doubled: of every workload the generation tells how often its pod template was written.

const kinds = ["Deployment", "StatefulSet"] as const;

/** A Deployment restarted by its name, and a StatefulSet by its labels. */
export const restart = `  restart:
    - { kind: Deployment, name: web }
    - { kind: StatefulSet, selector: { matchLabels: { reads: app } } }`;

export async function createWorkloads(place: Place, { cluster }: FaultBench): Promise<void> {
  for (const kind of kinds) {
    await cluster.create({
      apiVersion: "apps/v1",
      kind,
      metadata: { name: "web", namespace: place.namespace, labels: { reads: "app" } },
      spec: {
        selector: { matchLabels: { app: "web" } },
        template: {
          metadata: { labels: { app: "web" } },
          spec: { containers: [{ name: "app", image: "example.com/app:1" }] },
        },
      },
    });
  }
}

interface WorkloadState {
  readonly generation: number | undefined;
  /** The data version in its pod template. */
  readonly mark: string | undefined;
}

export async function readWorkloads(
  place: Place,
  { cluster }: FaultBench,
): Promise<Readonly<Record<string, WorkloadState>>> {
  const objects = await Promise.all(
    kinds.map((kind) => cluster.get({ apiVersion: "apps/v1", kind, name: "web", namespace: place.namespace })),
  );
  return Object.fromEntries(kinds.map((kind, index) => [kind, workloadState(objects[index])]));
}

function workloadState(object: ClusterObject | undefined): WorkloadState {
  const { template } = (object?.spec ?? {}) as {
    readonly template?: { readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } };
  };
  const mark = template?.metadata?.annotations?.["restart.externalvalues.dev/app"];
  // A number, and whose it is.
  return { generation: object?.metadata.generation, mark: mark?.split(".")[0] };
}

const workloadsOf = (state: EndState) => Object.values((state.more ?? {}) as Readonly<Record<string, WorkloadState>>);

/** Every workload was made, and since then written so often. */
export const restarted = (state: EndState, times: number): boolean =>
  workloadsOf(state).length > 0 &&
  workloadsOf(state).every(
    ({ generation, mark }) => generation === 1 + times && (times === 0) === (mark === undefined),
  );

/** Nothing was restarted twice, and nothing before all the targets stand. */
export const isRestartedAtMostOnce = (state: EndState, targetsStand: boolean): boolean =>
  workloadsOf(state).every(({ generation = 0 }) => generation === 1 || (generation === 2 && targetsStand));
