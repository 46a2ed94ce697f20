import type { TestRef } from "./api-paths.ts";
import { apiRequest } from "./api-request.ts";
import type { Cluster, ClusterObject } from "./cluster.ts";
import { Hopeless } from "./eventually.ts";
import type { Exit } from "./managed-process.ts";
import type { ControllerContainer, EnvironmentVariable } from "./operator-container.ts";
import { operatorEnvironment, type ProcessOverrides, type Replica, type RunningOperator } from "./operator-process.ts";

/** The chart starts its pod at once; nothing runs before a test says so. */
export async function scaleToNone(cluster: Cluster, namespace: string, container: ControllerContainer): Promise<void> {
  await cluster.patch(deploymentOf(namespace, container), { spec: { replicas: 0 } });
}

function deploymentOf(namespace: string, container: ControllerContainer): TestRef {
  return { apiVersion: "apps/v1", kind: "Deployment", namespace, name: container.deployment };
}

/**
 * Runs the operator as the pod that the chart describes, on a cluster with nodes: scales the Deployment from none to one.
 * Of a Deployment that has its pod already, it starts no second one.
 */
export function startOperatorPod(cluster: Cluster) {
  return async (replica: Replica, overrides: ProcessOverrides): Promise<RunningOperator> => {
    if (overrides.apiServerUrl !== undefined) throw new Hopeless("a pod reaches the API server by its Service alone");
    const { namespace, container } = replica;
    const deployment = deploymentOf(namespace, container);
    await setContainer(cluster, replica, overrides);
    await cluster.patch(deployment, { spec: { replicas: 1 } });
    if (overrides.awaitReady ?? true) {
      await cluster.until(deployment, isAvailable, { what: "the operator's pod is ready", timeoutMs: 120_000 });
    }
    const name = (await onlyPod(cluster, namespace)).metadata.name;
    const pod = { apiVersion: "v1", kind: "Pod", namespace, name };
    const path = `/api/v1/namespaces/${namespace}/pods/${name}`;
    const text = (suffix: string) =>
      apiRequest<string>(cluster.connection, { method: "GET", path: `${path}${suffix}` });

    const end = async (gracePeriodSeconds: number): Promise<Exit> => {
      const ended = cluster
        .until(pod, (object) => exitCode(object) !== undefined, { what: "the pod has ended", timeoutMs: 60_000 })
        .then(exitCode, () => undefined);
      await cluster.patch(deployment, { spec: { replicas: 0 } });
      await apiRequest(cluster.connection, {
        method: "DELETE",
        path: `${path}?gracePeriodSeconds=${gracePeriodSeconds}`,
      }).catch(() => undefined);
      await cluster.untilGone(pod, 60_000);
      return { code: gracePeriodSeconds === 0 ? null : ((await ended) ?? null), signal: null };
    };
    return {
      output: () => text("/log"),
      metrics: () => text(":8080/proxy/metrics"),
      probe: (probePath) =>
        text(`:8081/proxy${probePath}`).then(
          () => 200,
          () => 503,
        ),
      stop: () => end(30),
      kill: () => end(0),
    };
  };
}

/** The one pod of the newest template, and no other. */
function isAvailable({ metadata, status }: ClusterObject): boolean {
  const counts = [status?.["replicas"], status?.["updatedReplicas"], status?.["availableReplicas"]];
  return status?.observedGeneration === metadata.generation && counts.every((count) => count === 1);
}

/** The variables and flags that a test adds, and the identity that EKS would inject. */
async function setContainer(cluster: Cluster, replica: Replica, overrides: ProcessOverrides): Promise<void> {
  const { namespace, container } = replica;
  const added = { ...(await operatorEnvironment(replica)), ...overrides.env };
  const env: EnvironmentVariable[] = [
    ...container.env.filter(({ name }) => !(name in added)),
    ...Object.entries(added).map(([name, value]) => ({ name, value })),
  ];
  const args = [...container.args, ...(overrides.args ?? [])];
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments/${container.deployment}`;
  await apiRequest(cluster.connection, {
    method: "PATCH",
    path,
    contentType: "application/json-patch+json",
    body: [
      { op: "replace", path: "/spec/template/spec/containers/0/env", value: env },
      { op: "replace", path: "/spec/template/spec/containers/0/args", value: args },
    ],
  });
}

async function onlyPod(cluster: Cluster, namespace: string): Promise<ClusterObject> {
  const pods = await cluster.list({ apiVersion: "v1", kind: "Pod" }, namespace);
  const [pod, ...others] = pods.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (pod === undefined || others.length > 0) throw new Error("the Deployment must have exactly one pod");
  return pod;
}

function exitCode({ status }: ClusterObject): number | undefined {
  const statuses = status?.["containerStatuses"] as
    | readonly { readonly state?: { readonly terminated?: { readonly exitCode: number } } }[]
    | undefined;
  return statuses?.[0]?.state?.terminated?.exitCode;
}
