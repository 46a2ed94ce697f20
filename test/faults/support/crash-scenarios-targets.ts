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
import type { EndState } from "./end-state.ts";
import type { FaultBench, Place } from "./fault-bench.ts";

// What may be done to a target that stands: keys that move, a type that changes, objects of others that are shared,
// taken over and given back.

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

const keysGoLast = "keys go by a second request; a crash in between leaves a state that is counted on its own";
const memoryOnly =
  "that the data made again is the same is known from memory alone, which a crash between deletion and creation takes";

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
    name: "type change",
    arrange: (place, bench) =>
      arrange(place, bench, "", () => [
        fromSecret(place, "username", "user"),
        fromSecret(place, "password", "password"),
      ]),
    act: edit("  secret: { type: kubernetes.io/basic-auth }", (place) => [
      fromSecret(place, "username", "user"),
      fromSecret(place, "password", "password"),
    ]),
    isDone: (state) => appIsReady(state) && state.secrets["app"]?.type === "kubernetes.io/basic-auth",
    // It is deleted and made again at once: a crash in between may find none, but never half of one.
    isSafe: ({ secrets: { app } }) => app === undefined || holds(app, { username: "shop", password: "first" }),
    mayCountTwice: memoryOnly,
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
    name: "adoption of a Secret that nobody controls",
    async arrange(place, bench) {
      await putValues(place, bench, "first");
      const old = { PASSWORD: "old", LEFT: "over" };
      await applySecret(place, bench, foreignSecret("app", old, { "externalvalues.dev/adopt": "app" }));
      await applySecret(place, bench, foreignSecret("bystander", theirs));
    },
    act: edit("", credentials),
    isDone: (state) => appIsReady(state) && holds(state.secrets["app"], both),
    // The foreign key goes by a second request.
    isSafe: (state) =>
      keepsTheirs(state, "bystander") &&
      holds(state.secrets["app"], { PASSWORD: "old", LEFT: "over" }, { ...both, LEFT: "over" }, both),
    mayCountTwice: keysGoLast,
  },
];
