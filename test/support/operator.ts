import { join } from "node:path";
import { testRegion } from "./aws.ts";
import { createCluster } from "./cluster.ts";
import { type HelmRelease, type HelmValues, helmInstall, helmUninstall } from "./helm.ts";
import type { Connection } from "./kubeconfig.ts";
import { createLeakWatch } from "./leak-watch.ts";
import { type ControllerContainer, readContainer } from "./operator-container.ts";
import { scaleToNone, startOperatorPod } from "./operator-pod.ts";
import { type ProcessOverrides, type RunningOperator, startOperatorProcess } from "./operator-process.ts";
import type { SharedEnvironment } from "./shared-environment.ts";
import { stopAll } from "./stop-all.ts";
import { removeDirectory, temporaryDirectory } from "./temporary-directory.ts";

export interface OperatorOptions {
  readonly environment: Pick<SharedEnvironment, "admin" | "adminKubeconfig"> &
    Partial<Pick<SharedEnvironment, "image">>;
  /** An emulator, or a proxy before one: AWS_ENDPOINT_URL. */
  readonly awsEndpoint: string;
  /** Keeps this operator's stores apart from those of other test files. Default: none. */
  readonly controllerClass?: string;
  /** Values of the chart; each replaces the whole of the default of its name below. */
  readonly values?: HelmValues;
  /** Default: a new one. */
  readonly namespace?: string;
}

/** The chart, installed; and the means to run its container: as a process here, or on kind as the pod that it is. */
export interface InstalledOperator {
  readonly namespace: string;
  readonly release: string;
  /** The operator's own: the chart's ServiceAccount, by a token from TokenRequest. */
  readonly connection: Connection;
  readonly container: ControllerContainer;
  /** Starts one replica, as the kubelet would, and resolves when it is ready. */
  start(overrides?: ProcessOverrides): Promise<RunningOperator>;
  /** Stops every replica and uninstalls the release. Rejects where any of them has told a value of a Secret. */
  uninstall(): Promise<void>;
}

/**
 * One replica without a Lease, so that a killed operator can be started again at once; the CRDs are there already.
 * A test of leases gives `values: { replicas: 2, leaderElection: { enabled: true } }`.
 */
const benchValues: HelmValues = {
  replicas: 1,
  leaderElection: { enabled: false },
  crds: { install: false },
  aws: { region: testRegion },
  log: { level: "debug" },
};

/**
 * Installs the chart by Helm, into a namespace of its own, and prepares to run what its Deployment says with exactly the
 * identity and the rights that the chart gives. With the annotation `eks.amazonaws.com/role-arn` in
 * `values.serviceAccount.annotations` the process gets IRSA, as the webhook of EKS would inject it; else test keys.
 */
export async function installOperator(options: OperatorOptions): Promise<InstalledOperator> {
  const { environment, awsEndpoint, controllerClass = "", values = {} } = options;
  const cluster = createCluster(environment.admin);
  const namespace = options.namespace ?? (await cluster.createNamespace("operator"));
  const target: HelmRelease = { kubeconfig: environment.adminKubeconfig, namespace, release: namespace };
  await helmInstall(target, { ...benchValues, ...imageValues(environment.image), controllerClass, ...values });

  const container = await readContainer(cluster, namespace);
  if (environment.image !== undefined) await scaleToNone(cluster, namespace, container);
  const token = await cluster.createToken(namespace, container.serviceAccount);
  const connection = { ...environment.admin, token };
  const directory = temporaryDirectory("operator");
  const replicas: RunningOperator[] = [];
  const leaks = createLeakWatch();
  const start = async (overrides: ProcessOverrides = {}) => {
    const index = replicas.length;
    const replica = {
      name: `${container.deployment}-${index}`,
      namespace,
      directory: join(directory, String(index)),
      container,
      connection,
      awsEndpoint,
      webIdentityToken: () => cluster.createToken(namespace, container.serviceAccount, ["sts.amazonaws.com"]),
    };
    const start = environment.image === undefined ? startOperatorProcess : startOperatorPod(cluster);
    const started = await start(replica, overrides);
    const stop = async () => {
      await leaks.lookAtRunning(started);
      return await started.stop();
    };
    const watched = { ...started, stop };
    replicas.push(watched);
    return watched;
  };
  const uninstall = async () => {
    await stopAll([
      async () => void (await Promise.all(replicas.map((replica) => replica.stop()))),
      async () => void (await Promise.all(replicas.map(leaks.lookAtEnded))),
      () => leaks.lookAtCluster(cluster),
      () => helmUninstall(target),
      () => cluster.delete({ apiVersion: "v1", kind: "Namespace", name: namespace }),
      async () => removeDirectory(directory),
      async () => leaks.assertNoLeak(),
    ]);
  };
  return { namespace, release: namespace, connection, container, start, uninstall };
}

/** `installOperator`, and one replica of it started. */
export async function startOperator(
  options: OperatorOptions,
): Promise<{ readonly installed: InstalledOperator; readonly operator: RunningOperator }> {
  const installed = await installOperator(options);
  try {
    return { installed, operator: await installed.start() };
  } catch (error) {
    await installed.uninstall();
    throw error;
  }
}

/** On kind the image is on the nodes already. */
function imageValues(image: string | undefined): HelmValues {
  if (image === undefined) return {};
  const [repository = "", tag = ""] = image.split(":");
  return { image: { repository, tag, pullPolicy: "Never" } };
}
