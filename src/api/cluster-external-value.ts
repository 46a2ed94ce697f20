import { externalValueSpec } from "./external-value.ts";
import { namespaceName, objectName } from "./fields/kubernetes-fields.ts";
import { labelSelector } from "./fields/label-selector.ts";
import { conditions, observedGeneration } from "./fields/status-fields.ts";
import { ownPrefix } from "./fields/target-fields.ts";
import type { ResourceObject } from "./resource-object.ts";
import { atLeastOne } from "./schema/rules.ts";
import { array, type Infer, integer, map, object, optional, string } from "./schema/schema.ts";

const metadataMap = (description: string, maxLength: number) =>
  map(description, string("A value.", { maxLength }), {
    maxProperties: 64,
    rules: [
      {
        cel: `self.all(k, !k.startsWith('${ownPrefix}'))`,
        message: `must not have keys that start with ${ownPrefix}`,
        holds: (entries) => Object.keys(entries).every((key) => !key.startsWith(ownPrefix)),
      },
    ],
  });

export const clusterExternalValueSpec = object(
  "One ExternalValue in each matching namespace.",
  {
    namespaceSelectors: optional(
      array("Namespaces that match one of these.", labelSelector("Selects namespaces by their labels."), {
        maxItems: 32,
      }),
    ),
    namespaces: optional(
      array("Namespaces by name, besides those that match.", namespaceName("A namespace."), {
        maxItems: 256,
        listType: "set",
      }),
    ),
    externalValueName: optional(objectName("Name of the ExternalValues. Default: the name of this resource.")),
    externalValueMetadata: optional(
      object("Metadata of the ExternalValues.", {
        labels: optional(metadataMap("Labels.", 63)),
        annotations: optional(metadataMap("Annotations.", 16_384)),
      }),
    ),
    externalValueSpec,
  },
  { rules: [atLeastOne("namespaceSelectors", "namespaces")] },
);

export type ClusterExternalValueSpec = Infer<typeof clusterExternalValueSpec>;

const count = (description: string) => integer(description, { format: "int64" });

const failingNamespace = object("A namespace and why it fails.", {
  namespace: string("Name of the namespace.", { maxLength: 63 }),
  reason: string("Why, in one word.", { maxLength: 64 }),
  message: string("Why, for people.", { maxLength: 1_024 }),
});

export const clusterExternalValueStatus = object(
  "How the ExternalValues stand.",
  {
    observedGeneration: optional(observedGeneration),
    conditions: optional(conditions),
    namespaces: optional(
      object("Counts of namespaces.", {
        matching: count("Namespaces that match."),
        ready: count("Namespaces whose ExternalValue is ready."),
        failing: count("Namespaces whose ExternalValue fails."),
      }),
    ),
    failing: optional(array("Namespaces that fail; the first fifty.", failingNamespace, { maxItems: 50 })),
  },
  { default: { observedGeneration: -1 } },
);

export type ClusterExternalValueStatus = Infer<typeof clusterExternalValueStatus>;

/** A ClusterExternalValue as the API server has it. */
export type ClusterExternalValueObject = ResourceObject<
  "ClusterExternalValue",
  ClusterExternalValueSpec,
  ClusterExternalValueStatus
>;
