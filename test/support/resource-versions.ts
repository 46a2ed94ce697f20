import type { Cluster } from "./cluster.ts";

/** The resourceVersion of every Secret and ExternalValue in a namespace: equal, unless somebody wrote. */
export async function resourceVersions(
  cluster: Cluster,
  namespace: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const kinds = [
    { apiVersion: "v1", kind: "Secret" },
    { apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue" },
  ];
  const objects = (await Promise.all(kinds.map((kind) => cluster.list(kind, namespace)))).flat();
  return Object.fromEntries(
    objects.map(({ kind, metadata }) => [`${kind ?? ""}/${metadata.name}/${metadata.uid}`, metadata.resourceVersion]),
  );
}
