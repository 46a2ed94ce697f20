import { apiRequest } from "../support/api-request.ts";
import { createSecret } from "../support/aws.ts";
import { secretValue } from "../support/canary.ts";
import type { ClusterObject } from "../support/cluster.ts";
import { conditionOf, type Served, unique } from "./served.ts";

/** Objects in the namespace of a served operator, as the tests of targets name and make them. */
export function servedObjects(served: () => Served) {
  const secretRef = (name: string) => ({ apiVersion: "v1", kind: "Secret", name, namespace: served().namespace });
  const ownRef = (name: string) => ({
    apiVersion: "externalvalues.dev/v1alpha1",
    kind: "ExternalValue",
    name,
    namespace: served().namespace,
  });
  return {
    secretRef,
    configMapRef: (name: string) => ({ ...secretRef(name), kind: "ConfigMap" }),
    ownRef,

    /** A secret with two JSON keys, in the emulator. */
    async secretOf(content: object = { user: "shop", password: secretValue("first") }): Promise<string> {
      const secretId = unique("target");
      await createSecret(served().aws, secretId, JSON.stringify(content));
      return secretId;
    },

    async live(name: string, kind: "Secret" | "ConfigMap" = "Secret"): Promise<ClusterObject> {
      const object = await served().cluster.get({ ...secretRef(name), kind });
      if (!object) throw new Error(`no ${kind}/${name}`);
      return object;
    },

    /** A Secret of somebody else's, by a field manager of theirs. */
    async foreign(name: string, data: Readonly<Record<string, string>>, manager = "kubectl-create", metadata = {}) {
      const { cluster, namespace } = served();
      await apiRequest(cluster.connection, {
        method: "POST",
        path: `/api/v1/namespaces/${namespace}/secrets?fieldManager=${manager}`,
        body: { apiVersion: "v1", kind: "Secret", metadata: { name, ...metadata }, stringData: data },
      });
    },

    /** What stands in the way carries no label of ours, and is looked at every 30 s. */
    readyAtNextLook: (name: string) =>
      served().cluster.until(ownRef(name), (object) => conditionOf(object, "Ready")?.status === "True", {
        what: `${name} is Ready at the next look`,
        timeoutMs: 45_000,
      }),
  };
}

/** A row of `data`: a JSON key of a secret. */
export const item = (key: string, secretId: string, jsonKey: string, more = "") =>
  `    - { key: ${key}, secretsManager: { secretId: ${secretId} }, jsonKey: ${jsonKey}${more} }\n`;

export const rowsOf = (object: ClusterObject) => object.status?.["values"] as readonly Record<string, string>[];
