import type { Hop, Recipe } from "../recipe.ts";
import type { Renewed } from "./credential-source.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";
import { stepError } from "./step-error.ts";
import type { Sts, StsPlace } from "./sts.ts";

/**
 * One hop of a chain: the role is assumed with the credentials of what comes before it. Those that STS refuses as expired
 * are dropped and asked for once more.
 */
export async function assumeRole(
  hop: Hop,
  { parent, sts, place }: { readonly parent: CredentialSource; readonly sts: Sts; readonly place: StsPlace },
): Promise<Renewed> {
  const credentials = await parent.get();
  try {
    return { credentials: await sts.assumeRole(hop, credentials, place) };
  } catch (first) {
    if (!isExpired(first) || !parent.drop(credentials)) throw hopError(first, { hop, caller: credentials });
  }
  const renewed = await parent.get();
  try {
    return { credentials: await sts.assumeRole(hop, renewed, place) };
  } catch (second) {
    throw hopError(second, { hop, caller: renewed });
  }
}

/** Where the requests of a recipe's chain go. */
export function stsPlace({ base, region, endpoints }: Recipe): StsPlace {
  return { region, endpoint: endpoints.sts, store: base.kind };
}

function isExpired(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "kind" in thrown && thrown.kind === "expired";
}

function hopError(thrown: unknown, { hop, caller }: { readonly hop: Hop; readonly caller: Credentials }): Error {
  const actions = Object.keys(hop.sessionTags).length > 0 ? "sts:AssumeRole and sts:TagSession" : "sts:AssumeRole";
  const principal = caller.arn ?? "the identity before it in the chain";
  const remedy = (condition: string): string =>
    `its trust policy must allow ${actions} to ${principal}${condition}, and that identity's own policy must too`;
  return stepError(thrown, {
    step: `AssumeRole ${hop.roleArn}`,
    operation: "AssumeRole",
    remedy: remedy(hop.externalId === undefined ? "" : ` with the external id ${hop.externalId}`),
    // Whoever may read through a store need not know it.
    remedyForReaders: remedy(hop.externalId === undefined ? "" : " with the store's external id"),
  });
}
