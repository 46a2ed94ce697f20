import { fromNodeProviderChain } from "@aws-sdk/credential-providers";
import type { Renewed } from "./credential-source.ts";

/**
 * The operator's own credentials from the SDK's default chain: environment, shared files, IRSA, EKS Pod Identity. Each
 * call asks anew; the memory is the credential source's.
 *
 * @param region for the chain's own STS requests
 */
export async function fromDefaultChain(region: string): Promise<Renewed> {
  // A new chain each time, since a chain remembers what it found.
  const chain = fromNodeProviderChain({ clientConfig: { region }, ignoreCache: true });
  const { accessKeyId, secretAccessKey, sessionToken, expiration, accountId } = await chain();
  return {
    credentials: {
      accessKeyId,
      secretAccessKey,
      ...(sessionToken === undefined ? {} : { sessionToken }),
      ...(expiration === undefined ? {} : { expiration }),
      ...(accountId === undefined ? {} : { accountId }),
    },
  };
}
