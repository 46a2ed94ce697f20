import type { AccessKeySecrets, ServiceAccountTokens } from "../aws/credentials/ports.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { resourceTypes } from "../kubernetes/resource-types.ts";
import type { Clock } from "./clock.ts";

/** TokenRequest through the API server. */
export function createServiceAccountTokens(client: KubernetesClient): ServiceAccountTokens {
  return {
    async token({ namespace, name, audience, expirationSeconds }) {
      const answer = await client.createToken({ namespace, name }, { audiences: [audience], expirationSeconds });
      return answer.token;
    },
  };
}

interface KeySecret extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

// Key Secrets carry no label of ours, so no watch shows them: their version is asked for at most so often.
const lookEveryMs = 30_000;

/** Access keys out of Secrets. A rotated key is seen by the version of the Secret, looked at while the key is in use. */
export function createAccessKeySecrets(client: KubernetesClient, clock: Clock): AccessKeySecrets {
  const known = new Map<string, { token: string | undefined; lookedAt: number }>();
  const look = async (namespace: string, name: string): Promise<void> => {
    const found = await client.getMetadata(resourceTypes.secrets, { namespace, name });
    const entry = known.get(`${namespace}/${name}`);
    if (entry) entry.token = found?.metadata.resourceVersion;
  };
  return {
    async read({ namespace, name }) {
      const secret = await client.get<KeySecret>(resourceTypes.secrets, { namespace, name });
      if (!secret) return undefined;
      const changeToken = secret.metadata.resourceVersion ?? "";
      known.set(`${namespace}/${name}`, { token: changeToken, lookedAt: clock.now() });
      const data = Object.entries(secret.data ?? {}).map(
        ([key, text]) => [key, Buffer.from(text, "base64").toString("utf8")] as const,
      );
      return { uid: secret.metadata.uid ?? "", data: new Map(data), changeToken };
    },
    changeToken({ namespace, name }) {
      const entry = known.get(`${namespace}/${name}`);
      if (!entry) return undefined;
      if (clock.now() - entry.lookedAt >= lookEveryMs) {
        entry.lookedAt = clock.now();
        // Until the answer is there the old version stands; an API server that does not answer changes nothing.
        look(namespace, name).catch(() => undefined);
      }
      return entry.token;
    },
  };
}
