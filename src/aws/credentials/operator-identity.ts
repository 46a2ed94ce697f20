import type { Renewed } from "./credential-source.ts";
import { fromDefaultChain } from "./default-chain.ts";
import { sessionNameFor } from "./session-name.ts";
import { stepError, stepProblem } from "./step-error.ts";
import type { Sts, StsPlace } from "./sts.ts";
import { fromTokenFile } from "./web-identity.ts";

export interface OperatorIdentityOptions {
  /** `process.env`. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
  readonly sts: Sts;
  readonly place: StsPlace;
  /** The SDK's default chain, replaced in tests. */
  readonly defaultChain?: (region: string) => Promise<Renewed>;
}

/**
 * The operator's own credentials, from where the SDK's default chain would have them. IRSA is done here, so that its
 * requests are counted, proxied and explained like all others; everything else is the SDK's.
 */
export async function operatorIdentity(options: OperatorIdentityOptions): Promise<Renewed> {
  const { environment, place, defaultChain = fromDefaultChain } = options;
  const file = environment["AWS_WEB_IDENTITY_TOKEN_FILE"];
  const roleArn = environment["AWS_ROLE_ARN"];
  if (isSet(file) && isSet(roleArn) && !hasPrecedence(environment)) {
    const sessionName = environment["AWS_ROLE_SESSION_NAME"] ?? sessionNameFor();
    return fromTokenFile({ file, roleArn, sessionName }, options);
  }
  try {
    return await defaultChain(place.region);
  } catch (thrown) {
    throw explain(thrown, environment);
  }
}

/** What comes before IRSA in the SDK's chain. */
function hasPrecedence(environment: OperatorIdentityOptions["environment"]): boolean {
  return isSet(environment["AWS_ACCESS_KEY_ID"]) || isSet(environment["AWS_PROFILE"]);
}

function explain(thrown: unknown, environment: OperatorIdentityOptions["environment"]): Error {
  const agent = environment["AWS_CONTAINER_CREDENTIALS_FULL_URI"];
  if (isSet(agent)) {
    return stepProblem({
      step: `EKS Pod Identity agent at ${hostOf(agent)}`,
      operation: "PodIdentity",
      code: "PodIdentityUnavailable",
      problem:
        "it gave no credentials; the add-on eks-pod-identity-agent must run on this node, and an association must name " +
        "the operator's ServiceAccount",
    });
  }
  const nothingFound =
    typeof thrown === "object" && thrown !== null && "name" in thrown && thrown.name === "CredentialsProviderError";
  if (!nothingFound) return stepError(thrown, { step: "the SDK's default chain", operation: "DefaultChain" });
  return stepProblem({
    step: "the SDK's default chain",
    operation: "DefaultChain",
    code: "NoCredentials",
    problem:
      "it has no credentials; give the operator's ServiceAccount a role by IRSA or EKS Pod Identity, or the store its own auth",
  });
}

function hostOf(uri: string): string {
  return URL.parse(uri)?.host ?? "the address in AWS_CONTAINER_CREDENTIALS_FULL_URI";
}

function isSet(text: string | undefined): text is string {
  return text !== undefined && text !== "";
}
