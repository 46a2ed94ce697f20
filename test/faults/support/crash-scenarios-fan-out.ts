import { stringify } from "yaml";
import type { CrashScenario } from "./crash-matrix.ts";
import { foreignSecret, holds, isReady, putValues } from "./crash-values.ts";
import { type EndState, readNamespace, statusOf } from "./end-state.ts";
import type { FaultBench, Place } from "./fault-bench.ts";

// One ClusterExternalValue, named like the place, over two namespaces: the place and a second one, which holds a Secret of
// somebody else's as well.

const apiVersion = "externalvalues.dev/v1alpha1";
const secondOf = (place: Place) => `${place.namespace}-2`;
const parent = { apiVersion, kind: "ClusterExternalValue" };
const parentRef = (place: Place) => ({ ...parent, name: place.namespace });
const namespaceKind = { apiVersion: "v1", kind: "Namespace" };
const namespaceRef = (name: string) => ({ ...namespaceKind, name });

const setLabels = (bench: FaultBench, namespace: string, labels: Readonly<Record<string, string>>) =>
  bench.cluster.patch(namespaceRef(namespace), { metadata: { labels } });

/** The two namespaces; the second one is selected where `labels` say so. */
async function arrangeNamespaces(place: Place, bench: FaultBench, labels: Readonly<Record<string, string>>) {
  await putValues(place, bench, "first");
  const second = secondOf(place);
  await bench.cluster.create({ ...namespaceKind, metadata: { name: second, labels } });
  await bench.cluster.apply(foreignSecret("foreign", { KEEP: "theirs" }), second);
  await setLabels(bench, place.namespace, { fan: place.namespace, tier: "front" });
}

async function fanOut(place: Place, bench: FaultBench, labels: Readonly<Record<string, string>> = {}): Promise<void> {
  const spec = {
    namespaceSelectors: [{ matchLabels: { fan: place.namespace, ...labels } }],
    externalValueName: "app",
    externalValueSpec: {
      storeRef: { kind: "ClusterValueStore", name: place.store },
      refreshInterval: "1h",
      data: [{ key: "LEVEL", parameterStore: { name: `/${place.namespace}/level` } }],
    },
  };
  await bench.cluster.apply(stringify({ ...parent, metadata: { name: place.namespace }, spec }));
}

async function untilReady(place: Place, bench: FaultBench, count: number): Promise<void> {
  await bench.cluster.until(
    parentRef(place),
    (object) => isReady(statusOf(object)) && (object.status?.["namespaces"] as Counts | undefined)?.ready === count,
    { what: `${count} namespaces are ready` },
  );
}

interface Counts {
  readonly matching: number;
  readonly ready: number;
}

interface More {
  readonly second: EndState;
  readonly parent: unknown;
}

async function more(place: Place, { cluster }: FaultBench): Promise<More> {
  const [second, parent] = await Promise.all([readNamespace(cluster, secondOf(place)), cluster.get(parentRef(place))]);
  return { second, parent: parent && statusOf(parent) };
}

async function tidy(place: Place, { cluster }: FaultBench): Promise<void> {
  await cluster.delete(parentRef(place));
  await cluster.delete(namespaceRef(secondOf(place)));
}

const moreOf = (state: EndState) => state.more as More;
const level = { LEVEL: "info" };
const stands = (state: EndState) => isReady(state.externalValues["app"]) && holds(state.secrets["app"], level);
const isAbsent = (state: EndState) => state.externalValues["app"] === undefined && state.secrets["app"] === undefined;
const keepsTheirs = (state: EndState) => holds(moreOf(state).second.secrets["foreign"], { KEEP: "theirs" });

function counts(state: EndState, count: number): boolean {
  const { parent } = moreOf(state);
  if (!isReady(parent)) return false;
  const { matching, ready } = (parent as { readonly namespaces: Counts }).namespaces;
  return matching === count && ready === count;
}

/** In the place all stands as before. */
const isSafe = (state: EndState) => keepsTheirs(state) && holds(state.secrets["app"], level);

export const fanOutScenarios: readonly CrashScenario[] = [
  {
    name: "fan-out: create",
    arrange: (place, bench) => arrangeNamespaces(place, bench, { fan: place.namespace }),
    act: fanOut,
    more,
    tidy,
    isDone: (state) => counts(state, 2) && stands(state) && stands(moreOf(state).second),
    isSafe: keepsTheirs,
  },
  {
    name: "fan-out: a namespace is added",
    async arrange(place, bench) {
      await arrangeNamespaces(place, bench, {});
      await fanOut(place, bench);
      await untilReady(place, bench, 1);
    },
    act: async (place, bench) => {
      await setLabels(bench, secondOf(place), { fan: place.namespace });
    },
    more,
    tidy,
    isDone: (state) => counts(state, 2) && stands(state) && stands(moreOf(state).second),
    isSafe,
  },
  {
    name: "fan-out: the selector is narrowed",
    async arrange(place, bench) {
      await arrangeNamespaces(place, bench, { fan: place.namespace });
      await fanOut(place, bench);
      await untilReady(place, bench, 2);
    },
    act: (place, bench) => fanOut(place, bench, { tier: "front" }),
    more,
    tidy,
    isDone: (state) => counts(state, 1) && stands(state) && isAbsent(moreOf(state).second),
    isSafe,
  },
];
