import { dirname, join } from "node:path";
import { type FakeAwsProcess, startFakeAwsProcess } from "../../../bench/fake-aws/child.ts";
import { conditionOf, unique } from "../../e2e/served.ts";
import { testRegion } from "../../support/aws.ts";
import { type Cluster, type ClusterObject, createCluster } from "../../support/cluster.ts";
import type { HelmValues } from "../../support/helm.ts";
import { type InstalledOperator, installOperator } from "../../support/operator.ts";
import type { ProcessOverrides, RunningOperator } from "../../support/operator-process.ts";
import { type SharedEnvironment, sharedEnvironment } from "../../support/shared-environment.ts";
import { stopAll } from "../../support/stop-all.ts";
import { type ApiProxy, startApiProxy } from "./api-proxy.ts";
import { type AwsProxy, startAwsProxy } from "./aws-proxy.ts";
import { apiServerIdentity } from "./listener.ts";

/** An operator between two proxies: one before the API server, one before a fake AWS of its own. */
export interface FaultBench {
  /** The API server itself, past the proxy, as cluster-admin. */
  readonly cluster: Cluster;
  readonly fake: FakeAwsProcess;
  readonly api: ApiProxy;
  readonly aws: AwsProxy;
  readonly installed: InstalledOperator;
  /** Only stores that carry it are served. */
  readonly controllerClass: string;
  /** The replica started last. */
  operator(): RunningOperator;
  /** Starts a replica through the proxies. */
  start(overrides?: ProcessOverrides): Promise<RunningOperator>;
  /** Makes a namespace and a ClusterValueStore of its own, both named so. */
  createPlace(): Promise<Place>;
  /** What is to be stopped with the bench, after its operators. */
  stopAlso(stop: () => Promise<void>): void;
  stop(): Promise<void>;
}

/** Where the resources of one test stand. */
export interface Place {
  /** Begins the names of its values in AWS. */
  readonly namespace: string;
  readonly store: string;
  /** Applies the store; the spec in YAML flow style, without braces. */
  applyStore(spec: string): Promise<void>;
  /** Applies an ExternalValue of the store; `spec` is YAML text, indented by two. */
  apply(name: string, spec: string): Promise<ClusterObject>;
  ref(name: string): ReturnType<typeof externalValueRef>;
  /** Waits until the condition Ready is of this status for the present generation. */
  until(name: string, ready: "True" | "False", options?: UntilReady): Promise<ClusterObject>;
  object(kind: "Secret" | "ConfigMap", name: string): Promise<ClusterObject | undefined>;
  /** Data of a Secret as text, or undefined where there is none. */
  secret(name: string): Promise<Readonly<Record<string, string>> | undefined>;
  untilSecret(name: string, key: string, value: string, timeoutMs?: number): Promise<void>;
  remove(): Promise<void>;
}

export interface UntilReady {
  readonly reason?: string;
  readonly timeoutMs?: number;
  readonly test?: (object: ClusterObject) => boolean;
}

export interface FaultBenchOptions {
  /** Of the chart. */
  readonly values?: HelmValues;
  readonly environment?: Pick<SharedEnvironment, "admin" | "adminKubeconfig" | "auditLog">;
  /** Default true. */
  readonly startOne?: boolean;
  /** Further flags of the operator. */
  readonly args?: readonly string[];
  /** Of the fake AWS; default 2. */
  readonly latencyMs?: number;
}

export async function startFaultBench(options: FaultBenchOptions = {}): Promise<FaultBench> {
  const environment = options.environment ?? sharedEnvironment();
  const cluster = createCluster(environment.admin);
  const { url: upstream, certificateAuthority } = environment.admin;
  const fake = await startFakeAwsProcess({ latencyMs: options.latencyMs ?? 2, region: testRegion });
  const [api, aws] = await Promise.all([
    startApiProxy({ upstream, certificateAuthority, identity: apiServerIdentity(certificatesOf(environment)) }),
    startAwsProxy({ upstream: fake.url }),
  ]);
  const controllerClass = unique("class");
  const installed = await installOperator({
    environment,
    awsEndpoint: aws.url,
    controllerClass,
    ...(options.values ? { values: options.values } : {}),
  });
  let current: RunningOperator | undefined;
  const start = async (overrides: ProcessOverrides = {}) => {
    const args = [...(options.args ?? []), ...(overrides.args ?? [])];
    current = await installed.start({ apiServerUrl: api.url, ...overrides, args });
    return current;
  };
  if (options.startOne ?? true) await start();
  const places: Place[] = [];
  const others: (() => Promise<void>)[] = [];
  return {
    cluster,
    fake,
    api,
    aws,
    installed,
    controllerClass,
    start,
    operator() {
      if (!current) throw new Error("no replica was started");
      return current;
    },
    async createPlace() {
      const place = await createPlace(cluster, controllerClass);
      places.push(place);
      return place;
    },
    stopAlso: (stop) => void others.push(stop),
    stop: () =>
      stopAll([
        () => installed.uninstall(),
        ...places.map((place) => () => place.remove()),
        ...others,
        api.stop,
        aws.stop,
        fake.stop,
      ]),
  };
}

/** The API server's own, so that its clients trust the proxy; they lie beside the audit log (control-plane.ts). */
function certificatesOf({ auditLog }: Pick<SharedEnvironment, "auditLog">): string {
  if (auditLog === undefined) throw new Error("the fault suites need a control plane of their own");
  return join(dirname(auditLog), "certificates");
}

const group = "externalvalues.dev/v1alpha1";

function externalValueRef(namespace: string, name: string) {
  return { apiVersion: group, kind: "ExternalValue", name, namespace };
}

async function createPlace(cluster: Cluster, controllerClass: string): Promise<Place> {
  const namespace = await cluster.createNamespace("fault");
  const ref = (name: string) => externalValueRef(namespace, name);
  const targetRef = (kind: string, name: string) => ({ apiVersion: "v1", kind, name, namespace });
  const place: Place = {
    namespace,
    store: namespace,
    ref,
    async applyStore(spec) {
      await cluster.apply(
        `{ apiVersion: ${group}, kind: ClusterValueStore, metadata: { name: ${namespace} }, spec: { controllerClass: ${controllerClass}, ${spec} } }`,
      );
    },
    async apply(name, spec) {
      const head = `apiVersion: ${group}\nkind: ExternalValue\nmetadata: { name: ${name} }\nspec:\n`;
      const [object] = await cluster.apply(
        `${head}  storeRef: { kind: ClusterValueStore, name: ${namespace} }\n${spec}`,
        namespace,
      );
      if (!object) throw new Error("nothing was applied");
      return object;
    },
    until: (name, ready, { reason, timeoutMs, test = () => true } = {}) =>
      cluster.until(
        ref(name),
        (object) => {
          const condition = conditionOf(object, "Ready");
          return (
            object.status?.observedGeneration === object.metadata.generation &&
            condition?.status === ready &&
            (reason === undefined || condition.reason === reason) &&
            test(object)
          );
        },
        {
          what: `${name} has Ready=${ready} ${reason ?? ""}`,
          ...(timeoutMs === undefined ? {} : { timeoutMs }),
        },
      ),
    object: (kind, name) => cluster.get(targetRef(kind, name)),
    secret: async (name) => textOf(await cluster.get(targetRef("Secret", name))),
    async untilSecret(name, key, value, timeoutMs) {
      await cluster.until(targetRef("Secret", name), (object) => textOf(object)?.[key] === value, {
        what: `Secret ${name} has the expected ${key}`,
        ...(timeoutMs === undefined ? {} : { timeoutMs }),
      });
    },
    async remove() {
      await cluster.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
      await cluster.delete({ apiVersion: group, kind: "ClusterValueStore", name: namespace });
    },
  };
  await place.applyStore(`region: ${testRegion}`);
  return place;
}

/** Data of a Secret, decoded. */
export function textOf(object: ClusterObject | undefined): Readonly<Record<string, string>> | undefined {
  if (!object) return undefined;
  const entries = Object.entries(object.data ?? {});
  return Object.fromEntries(entries.map(([key, text]) => [key, Buffer.from(text, "base64").toString("utf8")]));
}
