import { type FakeAws, startFakeAws } from "../../bench/fake-aws/fake-aws.ts";
import { type AwsProxy, startAwsProxy } from "../faults/support/aws-proxy.ts";
import { testRegion } from "../support/aws.ts";
import { type Cluster, type ClusterObject, createCluster } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import type { HelmValues } from "../support/helm.ts";
import { type InstalledOperator, installOperator } from "../support/operator.ts";
import type { RunningOperator } from "../support/operator-process.ts";
import { sharedEnvironment } from "../support/shared-environment.ts";
import { stopAll } from "../support/stop-all.ts";
import { conditionOf, unique } from "./served.ts";

export const accountId = "123456789012";
const group = "externalvalues.dev/v1alpha1";

/** An operator before an account whose identities, roles and denials are checked as STS and IAM check them. */
export interface Account {
  readonly cluster: Cluster;
  readonly fake: FakeAws;
  readonly proxy: AwsProxy;
  readonly installed: InstalledOperator;
  readonly operator: RunningOperator;
  readonly controllerClass: string;
  /** Applies a store; the spec in YAML flow style, without braces. With a namespace it is a ValueStore. */
  store(name: string, spec: string, namespace?: string): Promise<void>;
  /** Waits until the store's Ready has this reason; returns the store. */
  storeReady(name: string, reason: string, where?: { namespace?: string; timeoutMs?: number }): Promise<ClusterObject>;
  /** Applies an ExternalValue; the spec in YAML flow style, without braces. */
  value(namespace: string, name: string, spec: string): Promise<void>;
  /** Waits until Ready has this reason; returns its message. */
  reason(namespace: string, name: string, reason: string, timeoutMs?: number): Promise<string>;
  object(namespace: string, name: string): Promise<ClusterObject | undefined>;
  secret(namespace: string, name: string): Promise<Readonly<Record<string, string>> | undefined>;
  untilSecret(namespace: string, name: string, data: Readonly<Record<string, string>>): Promise<void>;
  /** Requests to AWS so far, by the role or user that made them: `reader GetParameters`. */
  calls(): Readonly<Record<string, number>>;
  stop(): Promise<void>;
}

export interface AccountOptions {
  readonly values?: HelmValues;
  /** Before the operator starts. */
  readonly prepare?: (fake: FakeAws, cluster: Cluster) => Promise<void> | void;
  readonly strict?: boolean;
}

export async function startAccount({ values = {}, prepare, strict }: AccountOptions = {}): Promise<Account> {
  const environment = sharedEnvironment();
  const cluster = createCluster(environment.admin);
  const fake = await startFakeAws({ account: accountId, region: testRegion, ...(strict ? { strict } : {}) });
  const proxy = await startAwsProxy({ upstream: fake.url });
  await prepare?.(fake, cluster);
  const controllerClass = unique("class");
  const installed = await installOperator({ environment, awsEndpoint: proxy.url, controllerClass, values });
  const operator = await installed.start();
  const stores: string[] = [];
  const ref = (kind: string, name: string, namespace?: string) => {
    const apiVersion = kind === "Secret" ? "v1" : group;
    return { apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) };
  };
  const secret = async (namespace: string, name: string) => textOf(await cluster.get(ref("Secret", name, namespace)));
  return {
    cluster,
    fake,
    proxy,
    installed,
    operator,
    controllerClass,
    async store(name, spec, namespace) {
      const kind = namespace === undefined ? "ClusterValueStore" : "ValueStore";
      if (namespace === undefined) stores.push(name);
      await cluster.apply(
        `{ apiVersion: ${group}, kind: ${kind}, metadata: { name: ${name} }, spec: { controllerClass: ${controllerClass}, ${spec} } }`,
        namespace,
      );
    },
    async storeReady(name, reason, { namespace, timeoutMs = 60_000 } = {}) {
      const kind = namespace === undefined ? "ClusterValueStore" : "ValueStore";
      return await cluster.until(ref(kind, name, namespace), (object) => isSettled(object, reason), {
        what: `${kind} ${name} says ${reason}`,
        timeoutMs,
      });
    },
    async value(namespace, name, spec) {
      await cluster.apply(
        `{ apiVersion: ${group}, kind: ExternalValue, metadata: { name: ${name} }, spec: { ${spec} } }`,
        namespace,
      );
    },
    async reason(namespace, name, reason, timeoutMs = 60_000) {
      const found = await cluster.until(ref("ExternalValue", name, namespace), (object) => isSettled(object, reason), {
        what: `ExternalValue ${name} says ${reason}`,
        timeoutMs,
      });
      return conditionOf(found, "Ready")?.message ?? "";
    },
    object: (namespace, name) => cluster.get(ref("ExternalValue", name, namespace)),
    secret,
    async untilSecret(namespace, name, data) {
      await eventually(
        async () => JSON.stringify(await secret(namespace, name)) === JSON.stringify(data) || undefined,
        { what: `Secret ${name} holds what is expected`, timeoutMs: 60_000 },
      );
    },
    calls() {
      const counts: Record<string, number> = {};
      for (const [arn, operations] of Object.entries(fake.counts().byIdentity)) {
        for (const [operation, count] of Object.entries(operations)) counts[`${nameOf(arn)} ${operation}`] = count;
      }
      return counts;
    },
    stop: () =>
      stopAll([
        installed.uninstall,
        ...stores.map((name) => () => cluster.delete(ref("ClusterValueStore", name))),
        proxy.stop,
        async () => await fake.stop(),
      ]),
  };
}

function isSettled(object: ClusterObject, reason: string): boolean {
  return (
    object.status?.observedGeneration === object.metadata.generation && conditionOf(object, "Ready")?.reason === reason
  );
}

/** `arn:aws:sts::1:assumed-role/reader/session` is `reader`, a user its name. */
function nameOf(arn: string): string {
  const [, first = arn] = arn.split("/");
  return first;
}

function textOf(object: ClusterObject | undefined): Readonly<Record<string, string>> | undefined {
  if (!object) return undefined;
  const entries = Object.entries(object.data ?? {}).sort(([one], [other]) => (one < other ? -1 : 1));
  return Object.fromEntries(entries.map(([key, text]) => [key, Buffer.from(text, "base64").toString("utf8")]));
}
