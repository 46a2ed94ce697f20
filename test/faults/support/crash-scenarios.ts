import { isDeepStrictEqual } from "node:util";
import { secretValue } from "../../support/canary.ts";
import type { CrashScenario } from "./crash-matrix.ts";
import type { EndState } from "./end-state.ts";
import type { FaultBench, Place } from "./fault-bench.ts";

const otherRegion = "eu-central-1";

const secretId = (place: Place) => `${place.namespace}/db`;
const parameter = (place: Place) => `/${place.namespace}/level`;

/** A secret with two JSON keys and a parameter. */
async function putValues(place: Place, { fake }: FaultBench, password: string, region?: string): Promise<void> {
  const where = region === undefined ? {} : { region };
  const value = JSON.stringify({ user: "shop", password: secretValue(password) });
  await fake.putSecret({ name: secretId(place), value, ...where });
  await fake.putParameter({ name: parameter(place), value: "info", ...where });
}

/** One resource with a Secret and a ConfigMap as targets; `head` comes before the data. */
const spec = (place: Place, head = "") => `${head}
  refreshInterval: 1h
  data:
    - { key: USER, secretsManager: { secretId: ${secretId(place)} }, jsonKey: user }
    - { key: PASSWORD, secretsManager: { secretId: ${secretId(place)} }, jsonKey: password }
    - { key: LEVEL, to: ConfigMap, parameterStore: { name: ${parameter(place)} } }
`;

async function arrangeOne(place: Place, bench: FaultBench): Promise<void> {
  await putValues(place, bench, "first");
  await place.apply("app", spec(place));
  await place.until("app", "True");
}

const refresh = (place: Place, bench: FaultBench) =>
  bench.cluster.patch(place.ref("app"), {
    metadata: { annotations: { "externalvalues.dev/refresh": "now" } },
  });

const first = { USER: "shop", PASSWORD: secretValue("first") };
const second = { USER: "shop", PASSWORD: secretValue("second") };
const afterEdit = { PASSWORD: secretValue("first"), LEVEL: "info" };
const level = { LEVEL: "info" };

/** A complete Secret and a complete ConfigMap stand, under whatever name. */
function stand(state: EndState, secrets: readonly object[], configMaps: readonly object[] = [level]): boolean {
  const has = (targets: EndState["secrets"], allowed: readonly object[]) => {
    const data = Object.values(targets).map((target) => target.data);
    return data.length > 0 && data.every((found) => allowed.some((wanted) => isDeepStrictEqual({ ...found }, wanted)));
  };
  return has(state.secrets, secrets) && has(state.configMaps, configMaps);
}

/** Every target of the state is one of these names, and the resource says that it is Ready. */
function isReady(state: EndState, secrets: readonly string[]): boolean {
  const names = Object.keys(state.secrets);
  const app = state.externalValues["app"] as
    | { isObserved: boolean; conditions?: readonly { type: string; status: string }[] }
    | undefined;
  return (
    isDeepStrictEqual(names, secrets) &&
    app?.isObserved === true &&
    app.conditions?.some(({ type, status }) => type === "Ready" && status === "True") === true
  );
}

/** What the crash matrix runs. A new scenario is one more row. */
export const crashScenarios: readonly CrashScenario[] = [
  {
    name: "create",
    arrange: (place, bench) => putValues(place, bench, "first"),
    act: async (place) => {
      await place.apply("app", spec(place));
    },
    isDone: (state) => isReady(state, ["app"]) && stand(state, [first]),
    // A target is there with all of its keys, or not at all.
    isSafe: (state) => [...Object.values(state.secrets)].every(({ data }) => isDeepStrictEqual({ ...data }, first)),
  },
  {
    name: "rotate",
    arrange: arrangeOne,
    act: async (place, bench) => {
      await putValues(place, bench, "second");
      await refresh(place, bench);
    },
    isDone: (state) => isReady(state, ["app"]) && stand(state, [second]) && echoes(state),
    isSafe: (state) => stand(state, [first, second]),
  },
  {
    name: "edit",
    arrange: arrangeOne,
    act: async (place) => {
      await place.apply(
        "app",
        `
  refreshInterval: 1h
  data:
    - { key: PASSWORD, secretsManager: { secretId: ${secretId(place)} }, jsonKey: password }
    - { key: LEVEL, parameterStore: { name: ${parameter(place)} } }
    - { key: COPY, to: ConfigMap, parameterStore: { name: ${parameter(place)} } }
`,
      );
    },
    isDone: (state) => isReady(state, ["app"]) && stand(state, [afterEdit], [{ COPY: "info" }]),
    isSafe: (state) =>
      stand(state, [first, { ...first, ...level }, afterEdit], [level, { ...level, COPY: "info" }, { COPY: "info" }]),
  },
  {
    name: "rename",
    arrange: arrangeOne,
    act: async (place) => {
      await place.apply("app", spec(place, "  secret: { name: renamed }"));
    },
    isDone: (state) => isReady(state, ["renamed"]) && stand(state, [first]),
    isSafe: (state) => stand(state, [first]),
  },
  {
    name: "re-route from the Secret to the ConfigMap",
    arrange: arrangeOne,
    act: async (place) => {
      await place.apply(
        "app",
        `
  refreshInterval: 1h
  data:
    - { key: USER, to: ConfigMap, sensitive: false, secretsManager: { secretId: ${secretId(place)} }, jsonKey: user }
`,
      );
    },
    isDone: (state) => isReady(state, []) && isDeepStrictEqual(state.configMaps["app"]?.data, { USER: "shop" }),
    // The value stands in one of the two at any time.
    isSafe: (state) => state.secrets["app"] !== undefined || state.configMaps["app"]?.data["USER"] === "shop",
  },
  {
    name: "store change",
    arrange: async (place, bench) => {
      await putValues(place, bench, "second", otherRegion);
      await arrangeOne(place, bench);
    },
    act: (place) => place.applyStore(`region: ${otherRegion}`),
    isDone: (state) => isReady(state, ["app"]) && stand(state, [second]),
    isSafe: (state) => stand(state, [first, second]),
  },
  {
    name: "delete",
    arrange: arrangeOne,
    act: (place, bench) => bench.cluster.delete(place.ref("app")),
    isDone: (state) => Object.keys({ ...state.secrets, ...state.configMaps, ...state.externalValues }).length === 0,
    isSafe: () => true,
  },
];

/** The refresh that was asked for is acknowledged. */
function echoes(state: EndState): boolean {
  return (state.externalValues["app"] as { lastHandledRefresh?: string } | undefined)?.lastHandledRefresh === "now";
}
