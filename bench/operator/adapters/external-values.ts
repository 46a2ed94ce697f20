import { join } from "node:path";
import { type ClusterObject, createCluster } from "../../../test/support/cluster.ts";
import { freePorts } from "../../../test/support/free-ports.ts";
import { writeKubeconfig } from "../../../test/support/kubeconfig.ts";
import { installOperator } from "../../../test/support/operator.ts";
import { resolveEnvironment } from "../../../test/support/operator-container.ts";
import { operatorEnvironment } from "../../../test/support/operator-process.ts";
import { inRepository } from "../../../test/support/repository.ts";
import type { OperatorAdapter, OperatorCommand, Surroundings } from "../adapter.ts";
import { region, type WorkResource } from "../work.ts";

const apiVersion = "externalvalues.dev/v1alpha1";

/** This operator: the bundle as one process, with the flags, the ServiceAccount and the rights that the chart gives. */
export const adapter: OperatorAdapter = {
  name: "external-values",
  customResourceDefinitions: inRepository("crds"),
  isUserAgent: (userAgent) => userAgent.startsWith("external-values/"),
  resource: { apiVersion, kind: "ExternalValue" },
  manifest,
  readyStatus,
  isReady: ({ metadata, status }) =>
    status?.observedGeneration === metadata.generation &&
    (status?.conditions?.some(({ type, status }) => type === "Ready" && status === "True") ?? false),
  install,
};

function manifest({ namespace, name, intervalSeconds, parameters, properties }: WorkResource): ClusterObject {
  return {
    apiVersion,
    kind: "ExternalValue",
    metadata: { namespace, name },
    spec: {
      refreshInterval: `${intervalSeconds}s`,
      data: [
        ...parameters.map(({ key, name }) => ({ key, parameterStore: { name } })),
        ...properties.map(({ key, secretId, property }) => ({ key, secretsManager: { secretId }, jsonKey: property })),
      ],
    },
  };
}

function readyStatus({ name, parameters, properties }: WorkResource): unknown {
  const sources = [
    ...parameters.map(({ key, name }) => ({ key, source: `parameter ${name}` })),
    ...properties.map(({ key, secretId }) => ({ key, source: `secret ${secretId}` })),
  ];
  return {
    observedGeneration: 1,
    conditions: [
      { type: "Ready", status: "True", reason: "Synced", message: `8 keys in Secret/${name}` },
      { type: "Stalled", status: "False", reason: "NotStalled", message: "" },
      { type: "Degraded", status: "False", reason: "NotDegraded", message: "" },
    ],
    values: sources.map((row) => ({
      ...row,
      to: "Secret",
      version: "1",
      origin: `${region} 0123456789abcdef`,
      state: "Synced",
    })),
    counts: { total: 8, ready: 8, faulty: 0 },
    targets: [
      { kind: "Secret", name, uid: "0f0f0f0f-0f0f-4f0f-8f0f-0f0f0f0f0f0f", resourceVersion: "1", dataVersion: 1 },
    ],
    lastChangedTime: "2026-01-01T00:00:00Z",
    store: "default",
  };
}

// More than any work here asks for.
const unlimited = 10_000;
// As a store would be set for an account with that quota: a tenth is left to others.
const shareOfQuota = 0.9;

async function install({ controlPlane, awsEndpoint, quota, directory }: Surroundings): Promise<OperatorCommand> {
  const installed = await installOperator({
    environment: controlPlane,
    awsEndpoint,
    values: { log: { level: "info" } },
  });
  const { container, connection, namespace } = installed;
  const parameterReads = quota === undefined ? unlimited : Math.floor(quota * shareOfQuota);
  await createCluster(controlPlane.admin).create({
    apiVersion,
    kind: "ClusterValueStore",
    metadata: { name: "default" },
    spec: { region, limits: { parameterReads, secretBatches: unlimited, secretReads: unlimited } },
  });
  const name = "external-values-0";
  const [metricsPort = 0, healthPort = 0] = await freePorts(2);
  const webIdentityToken = () => Promise.reject(new Error("no role is configured"));
  const replica = { name, namespace, directory, container, connection, awsEndpoint, webIdentityToken };
  return {
    command: process.execPath,
    args: [
      inRepository("dist/main.js"),
      ...container.args,
      // The last of two wins.
      `--metrics-bind-address=127.0.0.1:${metricsPort}`,
      `--health-probe-bind-address=127.0.0.1:${healthPort}`,
      `--kubeconfig=${writeKubeconfig(join(directory, "kubeconfig"), connection, namespace)}`,
    ],
    env: {
      PATH: process.env["PATH"] ?? "",
      HOME: directory,
      ...(await operatorEnvironment(replica)),
      ...resolveEnvironment(container.env, { "metadata.name": name, "metadata.namespace": namespace }),
    },
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    readyUrl: `http://127.0.0.1:${healthPort}/readyz`,
    worksFrom,
  };
}

/** The queue begins when the watches are in step. */
function worksFrom(output: string): number | undefined {
  const line = output.split("\n").find((each) => each.includes('"watches are in step"'));
  return line === undefined ? undefined : Date.parse((JSON.parse(line) as { time: string }).time);
}
