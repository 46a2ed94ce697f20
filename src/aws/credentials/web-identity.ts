import type { Renewed } from "./credential-source.ts";
import type { ServiceAccountTokens } from "./ports.ts";
import { statusOf, stepError, stepProblem } from "./step-error.ts";
import type { Sts, StsPlace } from "./sts.ts";

/** The audience that IRSA's trust policies name. */
const audience = "sts.amazonaws.com";
/** The shortest that the API server grants; the token is used at once. */
const tokenSeconds = 600;

export interface ServiceAccountBase {
  readonly namespace: string;
  readonly name: string;
  readonly uid?: string;
  readonly roleArn: string;
  readonly sessionName: string;
}

/** IRSA for a store's own ServiceAccount: a token by TokenRequest, and the role for the token. */
export async function fromServiceAccount(
  base: ServiceAccountBase,
  ports: { readonly tokens: ServiceAccountTokens | undefined; readonly sts: Sts; readonly place: StsPlace },
): Promise<Renewed> {
  const token = await requestToken(base, ports.tokens);
  requireUid(base, token);
  const subject = `system:serviceaccount:${base.namespace}:${base.name}`;
  return assumeWithToken({ ...base, token, subject }, ports);
}

/** IRSA for the operator itself: the token that the kubelet projects, read anew each time, since it is rotated. */
export async function fromTokenFile(
  request: { readonly file: string; readonly roleArn: string; readonly sessionName: string },
  ports: { readonly readFile: (path: string) => Promise<string>; readonly sts: Sts; readonly place: StsPlace },
): Promise<Renewed> {
  let token: string;
  try {
    token = (await ports.readFile(request.file)).trim();
  } catch {
    throw stepProblem({
      step: `AWS_WEB_IDENTITY_TOKEN_FILE ${request.file}`,
      operation: "AssumeRoleWithWebIdentity",
      code: "TokenFileUnreadable",
      problem: "the file cannot be read; IRSA mounts it where the pod's ServiceAccount carries the role's annotation",
    });
  }
  const subject = claimOf(token, (claims) => claims["sub"]) ?? "the operator's ServiceAccount";
  return assumeWithToken({ ...request, token, subject }, ports);
}

async function assumeWithToken(
  request: { readonly roleArn: string; readonly sessionName: string; readonly token: string; readonly subject: string },
  { sts, place }: { readonly sts: Sts; readonly place: StsPlace },
): Promise<Renewed> {
  try {
    return { credentials: await sts.assumeRoleWithWebIdentity(request, place) };
  } catch (thrown) {
    throw stepError(thrown, {
      step: `AssumeRoleWithWebIdentity ${request.roleArn}`,
      operation: "AssumeRoleWithWebIdentity",
      remedy:
        "its trust policy must allow sts:AssumeRoleWithWebIdentity to the cluster's OIDC provider, with sub " +
        `${request.subject} and aud ${audience}`,
    });
  }
}

async function requestToken(base: ServiceAccountBase, tokens: ServiceAccountTokens | undefined): Promise<string> {
  const { namespace, name } = base;
  try {
    if (tokens === undefined) throw new Error("no cluster");
    return await tokens.token({ namespace, name, audience, expirationSeconds: tokenSeconds });
  } catch (thrown) {
    // The cause is the API server's business; its message is not repeated.
    throw tokenProblem(base, tokens === undefined ? "NoCluster" : (statusOf(thrown) ?? 0));
  }
}

function tokenProblem({ namespace, name }: ServiceAccountBase, status: number | "NoCluster"): Error {
  const problems: Readonly<Record<string, string>> = {
    404: "there is no such ServiceAccount",
    403: "the operator may not; its role must allow create on serviceaccounts/token for that name",
    NoCluster: "there is no cluster to ask for a token",
  };
  return stepProblem({
    step: `TokenRequest for ServiceAccount ${namespace}/${name}`,
    operation: "TokenRequest",
    code: status === 0 ? "ApiServerUnavailable" : `TokenRequest${status}`,
    problem: problems[status] ?? "the API server gave no token; it is asked again",
  });
}

/** A ServiceAccount made anew is another one, and may be another tenant's. */
function requireUid(base: ServiceAccountBase, token: string): void {
  if (base.uid === undefined) return;
  const uid = claimOf(token, (claims) => recordOf(recordOf(claims["kubernetes.io"])["serviceaccount"])["uid"]);
  if (uid === undefined || uid === base.uid) return;
  throw stepProblem({
    step: `TokenRequest for ServiceAccount ${base.namespace}/${base.name}`,
    operation: "TokenRequest",
    code: "ServiceAccountReplaced",
    problem: "the ServiceAccount was made anew; the store takes the new one up in a moment",
  });
}

/** A text claim of a JWT, unverified: it is for messages, and for a comparison with what the API server itself told. */
function claimOf(token: string, select: (claims: Readonly<Record<string, unknown>>) => unknown): string | undefined {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"));
    const claim = select(recordOf(claims));
    return typeof claim === "string" ? claim : undefined;
  } catch {
    return undefined;
  }
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
}
