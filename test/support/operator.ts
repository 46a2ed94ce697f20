import { join } from "node:path";
import { testRegion } from "./aws.ts";
import { type Cluster, createCluster } from "./cluster.ts";
import { type HelmRelease, type HelmValues, helmInstall, helmUninstall } from "./helm.ts";
import type { Connection } from "./kubeconfig.ts";
import { type ControllerContainer, readContainer } from "./operator-container.ts";
import { type OperatorProcess, type ProcessOverrides, startOperatorProcess } from "./operator-process.ts";
import type { SharedEnvironment } from "./shared-environment.ts";
import { removeDirectory, temporaryDirectory } from "./temporary-directory.ts";

export interface OperatorOptions {
  readonly environment: Pick<SharedEnvironment, "admin" | "adminKubeconfig">;
  /** An emulator, or a proxy before one: AWS_ENDPOINT_URL. */
  readonly awsEndpoint: string;
  /** Keeps this operator's stores apart from those of other test files. Default: none. */
  readonly controllerClass?: string;
  /** Values of the chart, over the defaults below. */
  readonly values?: HelmValues;
  /** Default: a new one. */
  readonly namespace?: string;
}

/** The chart, installed; and the means to run its container's command as a process here. */
export interface InstalledOperator {
  readonly namespace: string;
  readonly release: string;
  /** The operator's own: the chart's ServiceAccount, by a token from TokenRequest. */
  readonly connection: Connection;
  readonly container: ControllerContainer;
  /** Starts one replica, as the kubelet would, and resolves when it is ready. */
  start(overrides?: ProcessOverrides): Promise<OperatorProcess>;
  /** Stops every replica and uninstalls the release. */
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
  await helmInstall(target, { ...benchValues, controllerClass, ...values });

  const container = await readContainer(cluster, namespace);
  const token = await cluster.createToken(namespace, container.serviceAccount);
  const connection = { ...environment.admin, token };
  const directory = temporaryDirectory("operator");
  const processes: OperatorProcess[] = [];
  const start = async (overrides: ProcessOverrides = {}) => {
    const replica = processes.length;
    const started = await startOperatorProcess(
      {
        name: `${container.deployment}-${replica}`,
        namespace,
        directory: join(directory, String(replica)),
        container,
        connection,
        awsEndpoint,
        webIdentityToken: () => webIdentityToken(cluster, namespace, container),
      },
      overrides,
    );
    processes.push(started);
    return started;
  };
  const uninstall = async () => {
    await Promise.all(processes.map((process) => process.stop()));
    await helmUninstall(target);
    await cluster.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
    removeDirectory(directory);
  };
  return { namespace, release: namespace, connection, container, start, uninstall };
}

/** `installOperator`, and one replica of it started. */
export async function startOperator(
  options: OperatorOptions,
): Promise<{ readonly installed: InstalledOperator; readonly operator: OperatorProcess }> {
  const installed = await installOperator(options);
  try {
    return { installed, operator: await installed.start() };
  } catch (error) {
    await installed.uninstall();
    throw error;
  }
}

function webIdentityToken(cluster: Cluster, namespace: string, container: ControllerContainer): Promise<string> {
  return cluster.createToken(namespace, container.serviceAccount, ["sts.amazonaws.com"]);
}
