import { group } from "../../src/api/resource-object.ts";
import { resources } from "../../src/api/resources.ts";
import {
  type CustomResourceDefinition,
  toCustomResourceDefinition,
} from "../../src/api/schema/custom-resource-definition.ts";
import type { JsonSchema } from "../../src/api/schema/json-schema.ts";
import { apiRequest } from "../../test/support/api-request.ts";
import { eventually } from "../../test/support/eventually.ts";
import type { Connection } from "../../test/support/kubeconfig.ts";

/** The CRD of ExternalValues as it is, and a copy of it in a group of its own, without rules. */
export const groups = { ruled: group, unruled: `unruled.${group}` } as const;
export type Variant = keyof typeof groups;

/** Installs both, and waits until they are served. */
export async function installVariants(connection: Connection): Promise<void> {
  const resource = resources.find(({ kind }) => kind === "ExternalValue");
  if (!resource) throw new Error("there is no ExternalValue among the resources");
  const ruled = toCustomResourceDefinition(resource);
  for (const definition of [ruled, withoutRules(ruled)]) await install(connection, definition);
}

function withoutRules(definition: CustomResourceDefinition): CustomResourceDefinition {
  const copy: CustomResourceDefinition = JSON.parse(JSON.stringify(definition), (key, value: JsonSchema) =>
    key === "x-kubernetes-validations" ? undefined : value,
  );
  const { plural } = copy.spec["names"] as { plural: string };
  return {
    ...copy,
    metadata: { name: `${plural}.${groups.unruled}` },
    // The kubectl names are taken by the other.
    spec: { ...copy.spec, group: groups.unruled, names: { ...(copy.spec["names"] as object), shortNames: [] } },
  };
}

async function install(connection: Connection, definition: CustomResourceDefinition): Promise<void> {
  const collection = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
  await apiRequest(connection, { method: "POST", path: collection, body: definition });
  await eventually(
    async () => await apiRequest(connection, { method: "GET", path: pathOf(definition.spec["group"] as string) }),
    { what: `${definition.metadata.name} is served` },
  );
}

export function pathOf(ofGroup: string): string {
  return `/apis/${ofGroup}/v1alpha1/namespaces/default/externalvalues`;
}
