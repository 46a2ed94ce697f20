import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { type AwsClients, awsClients, testRegion } from "../test/support/aws.ts";
import { type Cluster, createCluster } from "../test/support/cluster.ts";
import { type ControlPlane, startControlPlane } from "../test/support/control-plane.ts";
import { type Emulator, startMinistack } from "../test/support/emulators.ts";
import { kubernetesBinary } from "../test/support/kubernetes-binaries.ts";
import { type InstalledOperator, startOperator } from "../test/support/operator.ts";
import { inRepository } from "../test/support/repository.ts";
import { masked } from "./masked.ts";
import { createNarrator } from "./narrator.ts";
import { createSampleValues, rotateDatabasePassword, rotatedSecret } from "./samples.ts";

// `make demo`: all of External Values on this machine. Exit code 0 only if a rotated secret arrived in the cluster.

const run = promisify(execFile);
const { title, say, show, step } = createNarrator(process.stdout, Date.now);
const keep = process.env["KEEP"] === "1";

const namespace = "shop";
const externalValue = { apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue", name: "checkout", namespace };
const secret = { apiVersion: "v1", kind: "Secret", name: "checkout", namespace };
const configMap = { apiVersion: "v1", kind: "ConfigMap", name: "checkout", namespace };

/** What has been started, in order; stopped in reverse. */
const cleanups: { readonly what: string; readonly stop: () => Promise<unknown> }[] = [];

async function main(): Promise<void> {
  title("External Values: a Kubernetes operator for AWS Parameter Store and Secrets Manager");
  const { controlPlane, emulator } = await startGround();
  const cluster = createCluster(controlPlane.admin);
  const clients = awsClients(emulator.url);
  cleanups.push({ what: "the AWS clients", stop: async () => clients.destroy() });

  const samples = await step("Values in the emulator, one of every kind", () => createSampleValues(clients));
  show(samples.join("\n"));
  const installed = await startTheOperator(controlPlane, emulator);
  await firstSync(cluster);
  await rotation(cluster, clients);
  await showResources(controlPlane);
  if (keep) await keepRunning(controlPlane, emulator, installed);
}

async function startGround(): Promise<{ controlPlane: ControlPlane; emulator: Emulator }> {
  const controlPlane = await step("A real Kubernetes API server on this machine", () =>
    startControlPlane({ customResourceDefinitions: inRepository("crds") }),
  );
  cleanups.push({ what: "the API server", stop: controlPlane.stop });
  const emulator = await step("An emulator of AWS", startMinistack);
  cleanups.push({ what: "the emulator", stop: emulator.stop });
  return { controlPlane, emulator };
}

async function startTheOperator(controlPlane: ControlPlane, emulator: Emulator): Promise<InstalledOperator> {
  const { installed, operator } = await step("The operator: its Helm chart, run with the chart's identity", () =>
    startOperator({ environment: controlPlane, awsEndpoint: emulator.url, values: { log: { level: "info" } } }),
  );
  cleanups.push({ what: "the operator", stop: () => operator.stop() });
  operatorLog = operator.output;
  return installed;
}

async function firstSync(cluster: Cluster): Promise<void> {
  const manifests = readFileSync(inRepository("demo/checkout.yaml"), "utf8");
  say("\n    demo/checkout.yaml, what a team writes:\n");
  show(manifests);
  say("");
  await cluster.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
  await step("kubectl apply -f demo/checkout.yaml, until the ExternalValue is Ready", async () => {
    await cluster.apply(manifests);
    await cluster.until(externalValue, isReady, { what: "the ExternalValue is Ready" });
  });
  for (const ref of [secret, configMap]) {
    const target = await cluster.get(ref);
    if (target === undefined) throw new Error(`${ref.kind}/${ref.name} is missing though the ExternalValue is Ready`);
    show(masked(target));
  }
}

function isReady(object: { readonly status?: { readonly conditions?: readonly { type: string; status: string }[] } }) {
  return object.status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false;
}

async function rotation(cluster: Cluster, clients: AwsClients): Promise<void> {
  const { versionId, newPassword } = await step(`Rotating ${rotatedSecret} in Secrets Manager`, () =>
    rotateDatabasePassword(clients),
  );
  show(`AWSCURRENT is now version ${versionId}`);
  const expected = Buffer.from(newPassword).toString("base64");
  const start = Date.now();
  await step("Waiting for it in the cluster (refreshInterval: 5s)", () =>
    cluster.until(secret, ({ data }) => data?.["DB_PASSWORD"] === expected, {
      what: "the Secret has the new password",
    }),
  );
  show(`the new password stood in Secret/checkout ${((Date.now() - start) / 1000).toFixed(1)} s after the rotation`);
}

async function showResources({ adminKubeconfig }: ControlPlane): Promise<void> {
  const args = [`--kubeconfig=${adminKubeconfig}`, `--namespace=${namespace}`, "get", "externalvalues"];
  const { stdout } = await run(kubernetesBinary("kubectl"), args);
  say("\n    kubectl get externalvalues\n");
  show(stdout);
}

async function keepRunning(controlPlane: ControlPlane, emulator: Emulator, installed: InstalledOperator) {
  say(`
It keeps running. In another terminal:

  export KUBECONFIG=${controlPlane.adminKubeconfig}
  export AWS_ENDPOINT_URL=${emulator.url} AWS_DEFAULT_REGION=${testRegion} AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test

  kubectl -n ${namespace} get externalvalues,secrets,configmaps
  aws secretsmanager put-secret-value --secret-id ${rotatedSecret} --secret-string '{"username":"checkout","password":"new"}'

The operator runs as ServiceAccount ${installed.container.serviceAccount} of namespace ${installed.namespace}. Ctrl-C stops everything.`);
  await interrupted;
}

let operatorLog: (() => Promise<string>) | undefined;
let interrupt: () => void = () => undefined;
const interrupted = new Promise<void>((resolve) => {
  interrupt = resolve;
});
let stopping: Promise<void> | undefined;

/** Runs once, however many Ctrl-C come. */
function stopEverything(): Promise<void> {
  stopping ??= (async () => {
    for (const { what, stop } of cleanups.reverse()) {
      await stop().catch((error) => say(`${what} could not be stopped: ${String(error)}`));
    }
  })();
  return stopping;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    interrupt();
    if (!keep) void stopEverything().then(() => process.exit(130));
  });
}
/** Keeps the process alive while only child processes and promises are left. */
const alive = setInterval(() => undefined, 60_000);

try {
  await main();
  if (stopping === undefined) {
    say("\nThe rotation arrived. Cleaning up …");
    await stopEverything();
  }
} catch (error) {
  if (stopping === undefined) {
    say(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}`);
    const log = await operatorLog?.();
    if (log !== undefined) show(`the operator's last lines:\n${log.trimEnd().split("\n").slice(-20).join("\n")}`);
    process.exitCode = 1;
  }
  await stopEverything();
} finally {
  clearInterval(alive);
}
