import { group, version } from "../resource-object.ts";
import type { JsonSchema } from "./json-schema.ts";
import { type Schema, toJsonSchema } from "./schema.ts";

/** A column of `kubectl get`. */
export interface Column {
  readonly name: string;
  readonly type: "string" | "integer" | "date";
  readonly jsonPath: string;
  /** 1: only with `-o wide`. */
  readonly priority?: number;
}

/** What makes a kind besides its schema. */
export interface Resource {
  readonly kind: string;
  readonly plural: string;
  readonly shortName: string;
  readonly namespaced: boolean;
  readonly description: string;
  readonly spec: Schema<unknown>;
  readonly status: Schema<unknown>;
  readonly columns: readonly Column[];
}

export interface CustomResourceDefinition {
  readonly apiVersion: "apiextensions.k8s.io/v1";
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string };
  readonly spec: Readonly<Record<string, unknown>>;
}

export function toCustomResourceDefinition(resource: Resource): CustomResourceDefinition {
  const { kind, plural, shortName } = resource;
  const names = {
    kind,
    listKind: `${kind}List`,
    plural,
    singular: kind.toLowerCase(),
    shortNames: [shortName],
    // Not the plural of ExternalValue: kubectl would then list every kind for it, and find no single one by name.
    categories: ["external-values"],
  };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names,
      scope: resource.namespaced ? "Namespaced" : "Cluster",
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          subresources: { status: {} },
          additionalPrinterColumns: resource.columns,
          schema: { openAPIV3Schema: rootSchema(resource) },
        },
      ],
    },
  };
}

/** Written out by hand: the root has fields that every object has, and no type of its own. */
function rootSchema({ description, spec, status }: Resource): JsonSchema {
  return {
    type: "object",
    description,
    required: ["spec"],
    properties: {
      apiVersion: { type: "string" },
      kind: { type: "string" },
      metadata: { type: "object" },
      spec: toJsonSchema(spec),
      status: toJsonSchema(status),
    },
  };
}
