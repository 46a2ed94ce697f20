import type { CrashScenario } from "./crash-matrix.ts";
import {
  appIsReady,
  credentials,
  foreignSecret,
  fromParameter,
  fromSecret,
  holds,
  putValues,
  specOf,
} from "./crash-values.ts";
import { createWorkloads, isRestartedAtMostOnce, readWorkloads, restart, restarted } from "./crash-workloads.ts";
import type { EndState } from "./end-state.ts";
import type { FaultBench, Place } from "./fault-bench.ts";

// What may be done to a target that stands: keys that move, a type that changes, objects of others that are shared,
// taken over and given back, what is deleted by others, what was made for a spec that is no more.

const both = { USER: "shop", PASSWORD: "first" };
const level = { LEVEL: "info" };
const mode = { MODE: "fast" };
const theirs = { KEEP: "theirs" };

type Rows = (place: Place) => readonly string[];

async function arrange(place: Place, bench: FaultBench, head: string, rows: Rows): Promise<void> {
  await putValues(place, bench, "first");
  await place.apply("app", specOf(head, ...rows(place)));
  await place.until("app", "True");
}

const edit = (head: string, rows: Rows) => async (place: Place) => {
  await place.apply("app", specOf(head, ...rows(place)));
};

const applySecret = (place: Place, bench: FaultBench, text: string) => bench.cluster.apply(text, place.namespace);

const merged = "  secret: { creationPolicy: Merge }";

async function arrangeMerged(place: Place, bench: FaultBench): Promise<void> {
  await applySecret(place, bench, foreignSecret("app", theirs));
  await applySecret(place, bench, foreignSecret("other", theirs));
  await arrange(place, bench, merged, credentials);
}

/** What others put there is there, whatever else is. */
const keepsTheirs = (state: EndState, ...names: readonly string[]) =>
  names.every(
    (name) =>
      state.secrets[name]?.data["KEEP"] === "theirs" &&
      JSON.stringify(state.secrets[name].annotations).includes('"example.com/owner":"somebody"') &&
      JSON.stringify(state.secrets[name].labels).includes('"team":"theirs"'),
  );

const lowerCase: Rows = (place) => [fromSecret(place, "username", "user"), fromSecret(place, "password", "password")];

const isWholeOrAbsent = ({ secrets: { app } }: EndState, ...allowed: readonly object[]) =>
  app === undefined || holds(app, ...allowed);

/** A key that changes targets is in one of them at any time. */
const isSomewhere = ({ secrets, configMaps }: EndState, key: string) =>
  secrets["app"]?.data[key] !== undefined || configMaps["app"]?.data[key] !== undefined;

/** However LEVEL and MODE stood before: the one into the Secret, the other into the ConfigMap. */
const levelToSecret: Pick<CrashScenario, "act" | "isDone"> = {
  act: edit("", (place) => [
    ...credentials(place),
    fromParameter(place, "LEVEL", "Secret"),
    fromParameter(place, "MODE", "ConfigMap"),
  ]),
  isDone: (state) =>
    appIsReady(state) && holds(state.secrets["app"], { ...both, ...level }) && holds(state.configMaps["app"], mode),
};

export const targetScenarios: readonly CrashScenario[] = [
  {
    name: "re-route of a key from the ConfigMap to the Secret",
    arrange: (place, bench) =>
      arrange(place, bench, "", () => [
        ...credentials(place),
        fromParameter(place, "LEVEL", "ConfigMap"),
        fromParameter(place, "MODE", "ConfigMap"),
      ]),
    ...levelToSecret,
    isSafe: (state) =>
      holds(state.secrets["app"], both, { ...both, ...level }) &&
      holds(state.configMaps["app"], { ...level, ...mode }, mode) &&
      isSomewhere(state, "LEVEL"),
  },
  {
    name: "two keys change places between the Secret and the ConfigMap",
    arrange: (place, bench) =>
      arrange(place, bench, "", () => [
        ...credentials(place),
        fromParameter(place, "LEVEL", "ConfigMap"),
        fromParameter(place, "MODE", "Secret"),
      ]),
    ...levelToSecret,
    isSafe: (state) =>
      holds(state.secrets["app"], { ...both, ...mode }, { ...both, ...level, ...mode }, { ...both, ...level }) &&
      holds(state.configMaps["app"], level, mode) &&
      isSomewhere(state, "LEVEL") &&
      isSomewhere(state, "MODE"),
  },
  {
    name: "re-route of all keys of the ConfigMap to the Secret",
    arrange: (place, bench) =>
      arrange(place, bench, "", () => [...credentials(place), fromParameter(place, "LEVEL", "ConfigMap")]),
    act: edit("", (place) => [...credentials(place), fromParameter(place, "LEVEL", "Secret")]),
    isDone: (state) =>
      appIsReady(state) && holds(state.secrets["app"], { ...both, ...level }) && state.configMaps["app"] === undefined,
    // The value stands in one of the two at any time.
    isSafe: (state) =>
      holds(state.secrets["app"], { ...both, ...level }) ||
      (holds(state.secrets["app"], both) && holds(state.configMaps["app"], level)),
  },
  {
    name: "type change: no restart",
    async arrange(place, bench) {
      await createWorkloads(place, bench);
      await arrange(place, bench, restart, lowerCase);
    },
    act: edit(`  secret: { type: kubernetes.io/basic-auth }\n${restart}`, lowerCase),
    more: readWorkloads,
    isDone: (state) =>
      appIsReady(state) && state.secrets["app"]?.type === "kubernetes.io/basic-auth" && restarted(state, 0),
    // It is deleted and made again at once: a crash in between may find none, but never half of one.
    isSafe: (state) => isWholeOrAbsent(state, { username: "shop", password: "first" }) && restarted(state, 0),
  },
  {
    name: "type change together with another key: one restart",
    async arrange(place, bench) {
      await createWorkloads(place, bench);
      await arrange(place, bench, restart, lowerCase);
    },
    act: edit(`  secret: { type: kubernetes.io/basic-auth }\n${restart}`, (place) => [
      ...lowerCase(place),
      fromParameter(place, "LEVEL", "Secret"),
    ]),
    more: readWorkloads,
    isDone: (state) =>
      appIsReady(state) && state.secrets["app"]?.type === "kubernetes.io/basic-auth" && restarted(state, 1),
    isSafe: (state) =>
      isWholeOrAbsent(
        state,
        { username: "shop", password: "first" },
        { username: "shop", password: "first", ...level },
      ) && isRestartedAtMostOnce(state, holds(state.secrets["app"], { username: "shop", password: "first", ...level })),
  },
  {
    name: "drift, the Secret is deleted by somebody: no restart",
    async arrange(place, bench) {
      await createWorkloads(place, bench);
      await arrange(place, bench, restart, credentials);
    },
    act: (place, bench) =>
      bench.cluster.delete({ apiVersion: "v1", kind: "Secret", name: "app", namespace: place.namespace }),
    more: readWorkloads,
    isDone: (state) => appIsReady(state) && holds(state.secrets["app"], both) && restarted(state, 0),
    isSafe: (state) => isWholeOrAbsent(state, both) && restarted(state, 0),
  },
  {
    name: "rename, edited back while the operator is down",
    arrange: (place, bench) => arrange(place, bench, "", credentials),
    act: edit("  secret: { name: renamed }", credentials),
    isDone: (state) => appIsReady(state) && state.secrets["app"] === undefined && holds(state.secrets["renamed"], both),
    isSafe: (state) => holds(state.secrets["app"], both) || holds(state.secrets["renamed"], both),
    whileDown: {
      act: edit("", credentials),
      isDone: (state) =>
        appIsReady(state) && holds(state.secrets["app"], both) && state.secrets["renamed"] === undefined,
    },
  },
  {
    name: "re-route to a new ConfigMap, edited back while the operator is down",
    arrange: (place, bench) => arrange(place, bench, "", (of) => [fromParameter(of, "LEVEL", "Secret")]),
    act: edit("", (place) => [fromParameter(place, "LEVEL", "ConfigMap")]),
    isDone: (state) => appIsReady(state) && state.secrets["app"] === undefined && holds(state.configMaps["app"], level),
    isSafe: (state) => isSomewhere(state, "LEVEL"),
    whileDown: {
      act: edit("", (place) => [fromParameter(place, "LEVEL", "Secret")]),
      isDone: (state) =>
        appIsReady(state) && holds(state.secrets["app"], level) && state.configMaps["app"] === undefined,
    },
  },
  {
    name: "merge into a Secret of somebody else's",
    async arrange(place, bench) {
      await putValues(place, bench, "first");
      await applySecret(place, bench, foreignSecret("app", theirs));
    },
    act: edit(merged, credentials),
    isDone: (state) =>
      keepsTheirs(state, "app") && appIsReady(state) && holds(state.secrets["app"], { ...theirs, ...both }),
    isSafe: (state) => keepsTheirs(state, "app") && holds(state.secrets["app"], theirs, { ...theirs, ...both }),
  },
  {
    name: "merge, and a key is given up",
    arrange: arrangeMerged,
    act: edit(merged, (place) => [fromSecret(place, "PASSWORD", "password")]),
    isDone: (state) =>
      keepsTheirs(state, "app", "other") &&
      appIsReady(state) &&
      holds(state.secrets["app"], { ...theirs, PASSWORD: "first" }),
    isSafe: (state) =>
      keepsTheirs(state, "app", "other") &&
      holds(state.secrets["app"], { ...theirs, ...both }, { ...theirs, PASSWORD: "first" }),
  },
  {
    name: "merge, and another target is named",
    arrange: arrangeMerged,
    act: edit("  secret: { name: other, creationPolicy: Merge }", credentials),
    isDone: (state) =>
      keepsTheirs(state, "app", "other") &&
      appIsReady(state) &&
      holds(state.secrets["app"], theirs) &&
      holds(state.secrets["other"], { ...theirs, ...both }),
    // The new target stands before the keys of the old one go.
    isSafe: (state) =>
      keepsTheirs(state, "app", "other") &&
      (holds(state.secrets["app"], { ...theirs, ...both }) || holds(state.secrets["other"], { ...theirs, ...both })),
  },
  {
    name: "adoption of a Secret that nobody controls: no restart",
    async arrange(place, bench) {
      await putValues(place, bench, "first");
      await createWorkloads(place, bench);
      const old = { PASSWORD: "old", LEFT: "over" };
      await applySecret(place, bench, foreignSecret("app", old, { "externalvalues.dev/adopt": "app" }));
      await applySecret(place, bench, foreignSecret("bystander", theirs));
    },
    act: edit(restart, credentials),
    more: readWorkloads,
    isDone: (state) => appIsReady(state) && holds(state.secrets["app"], both) && restarted(state, 0),
    // The foreign key goes by the request that brings ours.
    isSafe: (state) =>
      keepsTheirs(state, "bystander") &&
      holds(state.secrets["app"], { PASSWORD: "old", LEFT: "over" }, both) &&
      restarted(state, 0),
  },
];
