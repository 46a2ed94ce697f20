import type { RecipeBase } from "../recipe.ts";
import type { Renewed } from "./credential-source.ts";
import type { AccessKeySecret, AccessKeySecrets } from "./ports.ts";
import { statusOf, stepProblem } from "./step-error.ts";

type AccessKeyBase = RecipeBase & { readonly kind: "accessKey" };

/** An access key from a Secret. Its credentials are stale as soon as the Secret is known to have changed. */
export async function fromAccessKey(base: AccessKeyBase, secrets: AccessKeySecrets | undefined): Promise<Renewed> {
  const place = { namespace: base.namespace, name: base.secretName };
  const secret = await readSecret(base, secrets);
  if (secret === undefined) throw problem(base, "SecretNotFound", "there is no such Secret");
  if (base.uid !== undefined && base.uid !== secret.uid) {
    throw problem(base, "SecretReplaced", "the Secret was made anew; the store takes the new one up in a moment");
  }
  const sessionToken =
    base.sessionTokenKey === undefined ? {} : { sessionToken: contentOf(base, secret, base.sessionTokenKey) };
  return {
    credentials: {
      accessKeyId: contentOf(base, secret, base.accessKeyIdKey),
      secretAccessKey: contentOf(base, secret, base.secretAccessKeyKey),
      ...sessionToken,
    },
    isStale() {
      const newest = secrets?.changeToken(place);
      return newest !== undefined && newest !== secret.changeToken;
    },
  };
}

async function readSecret(
  base: AccessKeyBase,
  secrets: AccessKeySecrets | undefined,
): Promise<AccessKeySecret | undefined> {
  if (secrets === undefined) throw problem(base, "NoCluster", "there is no cluster to read it from");
  try {
    return await secrets.read({ namespace: base.namespace, name: base.secretName });
  } catch (thrown) {
    if (statusOf(thrown) === 403) {
      throw problem(base, "SecretForbidden", "the operator may not read it; its role must allow get for that name");
    }
    throw problem(base, "ApiServerUnavailable", "the API server did not deliver it; it is asked again");
  }
}

function contentOf(base: AccessKeyBase, secret: AccessKeySecret, key: string): string {
  // A key file written with `echo` ends in a line break.
  const content = secret.data.get(key)?.trim();
  if (content === undefined || content === "") {
    throw problem(base, "SecretKeyMissing", `it must have a key ${key} with content`);
  }
  return content;
}

function problem({ namespace, secretName }: AccessKeyBase, code: string, text: string): Error {
  const step = `access key from Secret ${namespace}/${secretName}`;
  return stepProblem({ step, operation: "AccessKey", code, problem: text });
}
