import type { CrashScenario } from "./crash-matrix.ts";
import { appIsReady, fromParameter, holds, putValues } from "./crash-values.ts";
import type { FaultBench, Place } from "./fault-bench.ts";

// A value that is gone in AWS. It takes two looks, which a crash in between may begin anew.

/** The 60 s between the looks shortened, so that a crash at each request takes seconds. */
export const shortSecondLook = ["--second-look=3s"];

const both = { LEVEL: "info", MODE: "fast" };

async function arrange(place: Place, bench: FaultBench, policy: string): Promise<void> {
  await putValues(place, bench, "first");
  const rows = [fromParameter(place, "LEVEL", "Secret"), fromParameter(place, "MODE", "Secret")];
  await place.apply("app", `  secret: { deletionPolicy: ${policy} }\n  refreshInterval: 5s\n  data:\n${rows.join("")}`);
  await place.until("app", "True");
}

const remove = (place: Place, { fake }: FaultBench, name: string) =>
  fake.deleteParameter({ name: `/${place.namespace}/${name}` });

export const goneScenarios: readonly CrashScenario[] = [
  {
    name: "prune of a key whose value is gone",
    arrange: (place, bench) => arrange(place, bench, "Prune"),
    act: (place, bench) => remove(place, bench, "mode"),
    isDone: (state) => appIsReady(state) && holds(state.secrets["app"], { LEVEL: "info" }),
    isSafe: (state) => holds(state.secrets["app"], both, { LEVEL: "info" }),
  },
  {
    name: "delete when all values are gone",
    arrange: (place, bench) => arrange(place, bench, "Delete"),
    async act(place, bench) {
      await remove(place, bench, "level");
      await remove(place, bench, "mode");
    },
    isDone: (state) => state.secrets["app"] === undefined && state.externalValues["app"] !== undefined,
    // Whole or gone.
    isSafe: ({ secrets: { app } }) => app === undefined || holds(app, both),
  },
];
