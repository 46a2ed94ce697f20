import { randomBytes } from "node:crypto";
import { type AwsProxy, startAwsProxy } from "../faults/support/aws-proxy.ts";
import { type AwsClients, awsClients, testRegion } from "../support/aws.ts";
import { type Cluster, type ClusterObject, createCluster } from "../support/cluster.ts";
import type { HelmValues } from "../support/helm.ts";
import { type InstalledOperator, installOperator } from "../support/operator.ts";
import type { RunningOperator } from "../support/operator-process.ts";
import { sharedEnvironment } from "../support/shared-environment.ts";
import { stopAll } from "../support/stop-all.ts";

/** An operator that serves one ClusterValueStore of its own, before an emulator that can be made to fail. */
export interface Served {
  readonly cluster: Cluster;
  readonly aws: AwsClients;
  readonly proxy: AwsProxy;
  readonly installed: InstalledOperator;
  /** The replica that runs now. */
  operator(): RunningOperator;
  restart(how: "stop" | "kill"): Promise<void>;
  readonly store: string;
  readonly namespace: string;
  /** Applies an ExternalValue; `spec` is YAML text, indented by two. */
  externalValue(name: string, spec: string): Promise<ClusterObject>;
  ready(name: string, test?: (object: ClusterObject) => boolean): Promise<ClusterObject>;
  /** Waits for Ready=False with a reason; returns the condition's message. */
  notReady(name: string, reason: string): Promise<string>;
  secret(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  configMap(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  untilSecret(name: string, key: string, value: string): Promise<void>;
  stop(): Promise<void>;
}

export interface ServedOptions {
  readonly emulator?: "ministack" | "moto";
  readonly proxied?: boolean;
  /** Values of the chart, beside those of the test bench. */
  readonly values?: HelmValues;
}

/** A name that no other test uses, also in the emulators, which all files share. */
export function unique(prefix: string): string {
  return `${prefix}-${randomBytes(4).toString("hex")}`;
}

export async function serve({ emulator = "ministack", values = {} }: ServedOptions = {}): Promise<Served> {
  const environment = sharedEnvironment();
  const upstream = emulator === "ministack" ? environment.ministackUrl : environment.motoUrl;
  const proxy = await startAwsProxy({ upstream });
  const cluster = createCluster(environment.admin);
  const aws = awsClients(upstream);
  const store = unique("store");
  const namespace = await cluster.createNamespace("app");
  const installed = await installOperator({ environment, awsEndpoint: proxy.url, controllerClass: store, values });
  let operator = await installed.start();
  await cluster.apply(`
apiVersion: externalvalues.dev/v1alpha1
kind: ClusterValueStore
metadata: { name: ${store} }
spec: { controllerClass: ${store}, region: ${testRegion} }
`);

  const ref = (name: string) => ({ apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue", name, namespace });
  const target = (kind: string, name: string) => ({ apiVersion: "v1", kind, name, namespace });
  const secret = async (name: string) => decoded(await cluster.get(target("Secret", name)));
  return {
    cluster,
    aws,
    proxy,
    installed,
    store,
    namespace,
    operator: () => operator,
    async restart(how) {
      await operator[how]();
      operator = await installed.start();
    },
    async externalValue(name, spec) {
      const [object] = await cluster.apply(
        `apiVersion: externalvalues.dev/v1alpha1\nkind: ExternalValue\nmetadata: { name: ${name} }\nspec:\n  storeRef: { kind: ClusterValueStore, name: ${store} }\n${spec}`,
        namespace,
      );
      if (!object) throw new Error("nothing was applied");
      return object;
    },
    ready: (name, test = () => true) =>
      cluster.until(
        ref(name),
        (object) =>
          object.status?.observedGeneration === object.metadata.generation &&
          conditionOf(object, "Ready")?.status === "True" &&
          test(object),
        { what: `ExternalValue ${name} is Ready` },
      ),
    async notReady(name, reason) {
      const object = await cluster.until(
        ref(name),
        (found) =>
          found.status?.observedGeneration === found.metadata.generation &&
          conditionOf(found, "Ready")?.status === "False" &&
          conditionOf(found, "Ready")?.reason === reason,
        { what: `ExternalValue ${name} is not Ready for ${reason}` },
      );
      return conditionOf(object, "Ready")?.message ?? "";
    },
    secret,
    configMap: async (name) => (await cluster.get(target("ConfigMap", name)))?.data,
    async untilSecret(name, key, value) {
      await cluster.until(target("Secret", name), (object) => decoded(object)?.[key] === value, {
        what: `Secret ${name} has the new ${key}`,
      });
    },
    stop: () =>
      stopAll([
        installed.uninstall,
        () => cluster.delete({ apiVersion: "v1", kind: "Namespace", name: namespace }),
        () => cluster.delete({ apiVersion: "externalvalues.dev/v1alpha1", kind: "ClusterValueStore", name: store }),
        async () => aws.destroy(),
        proxy.stop,
      ]),
  };
}

export function conditionOf(object: ClusterObject, type: string) {
  return object.status?.conditions?.find((condition) => condition.type === type);
}

function decoded(object: ClusterObject | undefined): Readonly<Record<string, string>> | undefined {
  if (!object) return undefined;
  const entries = Object.entries(object.data ?? {});
  return Object.fromEntries(entries.map(([key, text]) => [key, Buffer.from(text, "base64").toString("utf8")]));
}
