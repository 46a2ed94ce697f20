import type { ClusterObject } from "../../support/cluster.ts";
import type { CrashScenario } from "./crash-matrix.ts";
import {
  appIsReady,
  credentials,
  echoes,
  fromParameter,
  fromSecret,
  holds,
  putValues,
  refresh,
  specOf,
} from "./crash-values.ts";
import type { EndState } from "./end-state.ts";
import type { FaultBench, Place } from "./fault-bench.ts";

// Restarts are neither missed nor doubled: of every workload the generation tells how often its pod template was written.

const kinds = ["Deployment", "StatefulSet"] as const;

/** A Deployment restarted by its name, and a StatefulSet by its labels. */
const restart = `  restart:
    - { kind: Deployment, name: web }
    - { kind: StatefulSet, selector: { matchLabels: { reads: app } } }`;

async function createWorkloads(place: Place, { cluster }: FaultBench): Promise<void> {
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

async function readWorkloads(place: Place, { cluster }: FaultBench): Promise<Readonly<Record<string, WorkloadState>>> {
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
const restarted = (state: EndState, times: number) =>
  workloadsOf(state).every(
    ({ generation, mark }) => generation === 1 + times && (times === 0) === (mark === undefined),
  );

/** Nothing was restarted twice, and nothing before all the targets stand. */
const isSafe = (state: EndState, targetsStand: boolean) =>
  workloadsOf(state).every(({ generation = 0 }) => generation === 1 || (generation === 2 && targetsStand));

const first = { USER: "shop", PASSWORD: "first" };
const second = { USER: "shop", PASSWORD: "second" };
const level = { LEVEL: "info" };

async function arrange(place: Place, bench: FaultBench): Promise<void> {
  await putValues(place, bench, "first");
  await createWorkloads(place, bench);
  await place.apply("app", specOf(restart, ...credentials(place), fromParameter(place, "LEVEL", "ConfigMap")));
  await place.until("app", "True");
}

export const restartScenarios: readonly CrashScenario[] = [
  {
    name: "restart: none at first creation",
    async arrange(place, bench) {
      await putValues(place, bench, "first");
      await createWorkloads(place, bench);
    },
    act: async (place) => {
      await place.apply("app", specOf(restart, ...credentials(place)));
    },
    more: readWorkloads,
    isDone: (state) => appIsReady(state) && holds(state.secrets["app"], first),
    isSafe: (state) => restarted(state, 0),
  },
  {
    name: "restart: once when one target changes",
    arrange,
    async act(place, bench) {
      await putValues(place, bench, "second");
      await refresh(place, bench);
    },
    more: readWorkloads,
    isDone: (state) => appIsReady(state) && echoes(state) && holds(state.secrets["app"], second) && restarted(state, 1),
    isSafe: (state) => isSafe(state, holds(state.secrets["app"], second)),
  },
  {
    name: "restart: once when both targets change",
    arrange,
    async act(place, bench) {
      await putValues(place, bench, "second");
      await bench.fake.putParameter({ name: `/${place.namespace}/level`, value: "debug" });
      await refresh(place, bench);
    },
    more: readWorkloads,
    isDone: (state) =>
      appIsReady(state) &&
      echoes(state) &&
      holds(state.secrets["app"], second) &&
      holds(state.configMaps["app"], { LEVEL: "debug" }) &&
      restarted(state, 1),
    isSafe: (state) =>
      isSafe(state, holds(state.secrets["app"], second) && holds(state.configMaps["app"], { LEVEL: "debug" })),
  },
  {
    name: "restart: once when a key is re-routed",
    arrange,
    act: async (place) => {
      await place.apply(
        "app",
        specOf(restart, fromSecret(place, "PASSWORD", "password"), fromParameter(place, "LEVEL", "Secret")),
      );
    },
    more: readWorkloads,
    isDone: (state) =>
      appIsReady(state) &&
      holds(state.secrets["app"], { PASSWORD: "first", ...level }) &&
      state.configMaps["app"] === undefined &&
      restarted(state, 1),
    isSafe: (state) => isSafe(state, state.secrets["app"]?.data["LEVEL"] === "info"),
  },
];
