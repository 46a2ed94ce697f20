import { isDeepStrictEqual } from "node:util";
import { secretValue, withoutMark } from "../../support/canary.ts";
import type { EndState, TargetState } from "./end-state.ts";
import type { FaultBench, Place } from "./fault-bench.ts";

/** A secret with a user and a password, and two parameters, all named after the place. */
export async function putValues(place: Place, { fake }: FaultBench, password: string): Promise<void> {
  const value = JSON.stringify({ user: "shop", password: secretValue(password) });
  await fake.putSecret({ name: `${place.namespace}/db`, value });
  await fake.putParameter({ name: `/${place.namespace}/level`, value: "info" });
  await fake.putParameter({ name: `/${place.namespace}/mode`, value: "fast" });
}

/** A row of `data`: a JSON key of the secret. */
export const fromSecret = (place: Place, key: string, jsonKey: string) =>
  `    - { key: ${key}, secretsManager: { secretId: ${place.namespace}/db }, jsonKey: ${jsonKey} }\n`;

/** A row of `data`: a parameter. */
export const fromParameter = (place: Place, key: string, to: "Secret" | "ConfigMap") =>
  `    - { key: ${key}, to: ${to}, parameterStore: { name: /${place.namespace}/${key.toLowerCase()} } }\n`;

/** Rows below the settings `head`, which are indented by two. */
export const specOf = (head: string, ...rows: readonly string[]) =>
  `${head}\n  refreshInterval: 1h\n  data:\n${rows.join("")}`;

export const credentials = (place: Place) => [
  fromSecret(place, "USER", "user"),
  fromSecret(place, "PASSWORD", "password"),
];

/** Asks for a new read. */
export const refresh = (place: Place, bench: FaultBench) =>
  bench.cluster.patch(place.ref("app"), { metadata: { annotations: { "externalvalues.dev/refresh": "now" } } });

/** A Secret of somebody else's, in the form of YAML. */
export const foreignSecret = (name: string, data: object, annotations: object = {}) =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name, labels: { team: "theirs" }, annotations: { "example.com/owner": "somebody", ...annotations } },
    // Server-side apply holds none of these keys: they are the easiest to lose.
    stringData: data,
  });

/** Whether a target holds exactly one of these, marks apart. */
export function holds(target: TargetState | undefined, ...allowed: readonly object[]): boolean {
  if (target === undefined) return false;
  const data = Object.fromEntries(Object.entries(target.data).map(([key, value]) => [key, withoutMark(value)]));
  return allowed.some((wanted) => isDeepStrictEqual(data, wanted));
}

interface Observed {
  readonly isObserved: boolean;
  readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  readonly lastHandledRefresh?: string;
}

/** The status is of the present generation and says Ready. */
export function isReady(status: unknown): boolean {
  const { isObserved, conditions = [] } = (status ?? { isObserved: false }) as Observed;
  return isObserved && conditions.some((condition) => condition.type === "Ready" && condition.status === "True");
}

export const appIsReady = (state: EndState) => isReady(state.externalValues["app"]);

/** The refresh that was asked for is acknowledged. */
export const echoes = (state: EndState) =>
  (state.externalValues["app"] as Observed | undefined)?.lastHandledRefresh === "now";
