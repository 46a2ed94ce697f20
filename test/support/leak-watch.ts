import { leaksIn } from "../faults/support/encodings.ts";
import { canaryMark, registeredSecrets } from "./canary.ts";
import type { Cluster } from "./cluster.ts";
import type { RunningOperator } from "./operator-process.ts";

/** Looks whether operators tell values of Secrets to those who may not read Secrets. */
export interface LeakWatch {
  /** Of a replica that runs still: its metrics. What it has logged by then, where no file of its own keeps that. */
  lookAtRunning(operator: RunningOperator): Promise<void>;
  /** Of one that has ended: all that it has logged. */
  lookAtEnded(operator: RunningOperator): Promise<void>;
  /** What all operators have written: statuses, Events, metadata of targets. */
  lookAtCluster(cluster: Cluster): Promise<void>;
  /** Throws where anything was found, and says where and in which form. */
  assertNoLeak(): void;
}

export function createLeakWatch(): LeakWatch {
  const leaks = new Set<string>();
  const look = (where: string, text: string): void => {
    for (const leak of leaksIn(text, secretsOfTests())) leaks.add(`${where}: ${leak}`);
  };
  return {
    async lookAtRunning(operator) {
      // One that was killed or hangs tells nothing more.
      look("metrics", await operator.metrics().catch(() => ""));
      if (operator.local === undefined) look("log", await operator.output().catch(() => ""));
    },
    async lookAtEnded(operator) {
      if (operator.local !== undefined) look("log", await operator.output());
    },
    async lookAtCluster(cluster) {
      for (const { kind, text } of await toldIn(cluster)) look(kind, text);
    },
    assertNoLeak() {
      if (leaks.size > 0) throw new Error(`values of Secrets were told: ${[...leaks].join("; ")}`);
    },
  };
}

/** The mark stands for every value that carries it: one search for all of them. */
function secretsOfTests(): ReadonlyMap<string, string> {
  const others = [...registeredSecrets()].map((value, index) => [`secret ${index + 1} of the test`, value] as const);
  return new Map([["a marked value", canaryMark], ...others]);
}

const group = "externalvalues.dev/v1alpha1";
const told = [
  { apiVersion: group, kind: "ExternalValue" },
  { apiVersion: group, kind: "ClusterExternalValue" },
  { apiVersion: group, kind: "ValueStore" },
  { apiVersion: group, kind: "ClusterValueStore" },
  { apiVersion: "events.k8s.io/v1", kind: "Event" },
  { apiVersion: "v1", kind: "Secret" },
  { apiVersion: "v1", kind: "ConfigMap" },
] as const;

async function toldIn(cluster: Cluster): Promise<readonly { readonly kind: string; readonly text: string }[]> {
  return await Promise.all(
    told.map(async ({ apiVersion, kind }) => {
      const objects = await cluster.list({ apiVersion, kind });
      const isEvent = kind === "Event";
      const texts = objects.map((object) => JSON.stringify(isEvent ? object : [object.metadata, object.status]));
      return { kind: `${kind}s`, text: texts.join("\n") };
    }),
  );
}
