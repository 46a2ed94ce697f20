import type { Cluster } from "./cluster.ts";

/** What the chart's Deployment says of the operator's container. */
export interface ControllerContainer {
  readonly deployment: string;
  readonly serviceAccount: string;
  /** The role that the ServiceAccount's IRSA annotation names. */
  readonly roleArn: string | undefined;
  readonly args: readonly string[];
  readonly env: readonly EnvironmentVariable[];
}

export interface EnvironmentVariable {
  readonly name: string;
  readonly value?: string;
  readonly valueFrom?: { readonly fieldRef?: { readonly fieldPath: string } };
}

interface DeploymentSpec {
  readonly template: {
    readonly spec: {
      readonly serviceAccountName: string;
      readonly containers: readonly {
        readonly args?: readonly string[];
        readonly env?: readonly EnvironmentVariable[];
      }[];
    };
  };
}

/** Reads the one Deployment in a namespace that Helm has just installed into. */
export async function readContainer(cluster: Cluster, namespace: string): Promise<ControllerContainer> {
  const [deployment, ...others] = await cluster.list({ apiVersion: "apps/v1", kind: "Deployment" }, namespace);
  if (deployment === undefined || others.length > 0) throw new Error("the chart must install exactly one Deployment");
  const pod = (deployment.spec as DeploymentSpec).template.spec;
  const [container] = pod.containers;
  if (container === undefined) throw new Error("the chart's Deployment must have a container");
  const name = pod.serviceAccountName;
  const account = await cluster.get({ apiVersion: "v1", kind: "ServiceAccount", namespace, name });
  return {
    deployment: deployment.metadata.name,
    serviceAccount: name,
    roleArn: account?.metadata.annotations?.["eks.amazonaws.com/role-arn"],
    args: container.args ?? [],
    env: container.env ?? [],
  };
}

/** The container's environment as the kubelet would make it, for the fields that a chart may refer to. */
export function resolveEnvironment(
  env: readonly EnvironmentVariable[],
  fields: Readonly<Record<string, string>>,
): Record<string, string> {
  return Object.fromEntries(env.map((variable) => [variable.name, resolve(variable, fields)]));
}

function resolve({ name, value, valueFrom }: EnvironmentVariable, fields: Readonly<Record<string, string>>): string {
  if (valueFrom === undefined) return value ?? "";
  const path = valueFrom.fieldRef?.fieldPath ?? "";
  const field = fields[path];
  if (field === undefined) throw new Error(`the bench cannot resolve ${name} from ${JSON.stringify(valueFrom)}`);
  return field;
}
