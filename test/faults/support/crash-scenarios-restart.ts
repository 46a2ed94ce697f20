import type { CrashScenario } from "./crash-matrix.ts";
import {
  appIsReady,
  credentials,
  echoes,
  foreignSecret,
  fromParameter,
  fromSecret,
  holds,
  putValues,
  refresh,
  specOf,
} from "./crash-values.ts";
import { createWorkloads, isRestartedAtMostOnce, readWorkloads, restart, restarted } from "./crash-workloads.ts";
import type { FaultBench, Place } from "./fault-bench.ts";

// Restarts are neither missed nor doubled, wherever the operator dies.

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
    isSafe: (state) => isRestartedAtMostOnce(state, holds(state.secrets["app"], second)),
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
      isRestartedAtMostOnce(
        state,
        holds(state.secrets["app"], second) && holds(state.configMaps["app"], { LEVEL: "debug" }),
      ),
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
    isSafe: (state) => isRestartedAtMostOnce(state, state.secrets["app"]?.data["LEVEL"] === "info"),
  },
  {
    name: "restart: once when another target is named, which is adopted",
    async arrange(place, bench) {
      const foreign = foreignSecret("other", { PASSWORD: "old", LEFT: "over" }, { "externalvalues.dev/adopt": "app" });
      await bench.cluster.apply(foreign, place.namespace);
      await arrange(place, bench);
    },
    act: async (place) => {
      const head = `  secret: { name: other }\n${restart}`;
      await place.apply("app", specOf(head, ...credentials(place), fromParameter(place, "LEVEL", "ConfigMap")));
    },
    more: readWorkloads,
    isDone: (state) =>
      appIsReady(state) &&
      state.secrets["app"] === undefined &&
      holds(state.secrets["other"], first) &&
      restarted(state, 1),
    isSafe: (state) =>
      (holds(state.secrets["app"], first) || holds(state.secrets["other"], first)) &&
      isRestartedAtMostOnce(state, holds(state.secrets["other"], first)),
  },
  {
    name: "restart: once when a key goes and a label comes",
    arrange,
    act: async (place) => {
      const head = `  secret: { labels: { tier: back } }\n${restart}`;
      const rows = [fromSecret(place, "PASSWORD", "password"), fromParameter(place, "LEVEL", "ConfigMap")];
      await place.apply("app", specOf(head, ...rows));
    },
    more: readWorkloads,
    isDone: (state) =>
      appIsReady(state) &&
      holds(state.secrets["app"], { PASSWORD: "first" }) &&
      JSON.stringify(state.secrets["app"]?.labels).includes('"tier":"back"') &&
      restarted(state, 1),
    isSafe: (state) =>
      holds(state.secrets["app"], first, { PASSWORD: "first" }) &&
      isRestartedAtMostOnce(state, holds(state.secrets["app"], { PASSWORD: "first" })),
  },
];
