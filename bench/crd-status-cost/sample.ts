import type { ExternalValueSpec, ExternalValueStatus } from "../../src/api/external-value.ts";
import { apiRequest } from "../../test/support/api-request.ts";
import type { Connection } from "../../test/support/kubeconfig.ts";
import { pathOf } from "./variants.ts";

export interface Sample {
  readonly path: string;
  readonly apiVersion: string;
  readonly name: string;
}

/** Makes an ExternalValue of so many keys: half of them from secrets with a jsonKey, half from parameters. */
export async function createSample(connection: Connection, group: string, keys: number): Promise<Sample> {
  const sample = { path: pathOf(group), apiVersion: `${group}/v1alpha1`, name: `keys-${keys}` };
  const body = {
    apiVersion: sample.apiVersion,
    kind: "ExternalValue",
    metadata: { name: sample.name },
    spec: specOf(keys),
  };
  await apiRequest(connection, { method: "POST", path: sample.path, body });
  return sample;
}

function specOf(keys: number): ExternalValueSpec {
  return {
    storeRef: { kind: "ClusterValueStore", name: "aws" },
    refreshInterval: "5m",
    secret: { name: "checkout", template: { data: { DATABASE_URL: "postgres://{{ KEY_0 }}" } } },
    configMap: { name: "checkout-config", labels: { team: "shop" } },
    data: Array.from({ length: keys }, (_, index) =>
      index % 2 === 0
        ? { key: `KEY_${index}`, secretsManager: { secretId: `prod/checkout/${index}` }, jsonKey: "password" }
        : { key: `KEY_${index}`, to: "ConfigMap", parameterStore: { name: `/shop/prod/${index}` } },
    ),
  };
}

/** One PUT of the status, which differs from the last by a count. */
export async function writeStatus(connection: Connection, sample: Sample, keys: number, count: number): Promise<void> {
  const status: ExternalValueStatus = {
    observedGeneration: 1,
    conditions: [{ type: "Ready", status: "True", reason: "Synced", message: `${count} keys in Secret/checkout` }],
    values: Array.from({ length: keys }, (_, index) => ({
      key: `KEY_${index}`,
      to: "Secret",
      source: `secretsmanager:prod/checkout/${index}#password`,
      version: "5f3c0f7e-7f0b-4c39-9d1b-0a5c8a4a8a11",
      state: "Synced",
    })),
  };
  const { path, apiVersion, name } = sample;
  await apiRequest(connection, {
    method: "PATCH",
    path: `${path}/${name}/status`,
    contentType: "application/merge-patch+json",
    body: { apiVersion, kind: "ExternalValue", status },
  });
}
