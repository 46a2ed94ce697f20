import type { AssumeRole, StoreModel } from "../../api/store-model.ts";
import type { Hop, RecipeContext } from "../recipe.ts";
import { sessionNameFor } from "./session-name.ts";

/** The session tag that names the namespace of the resource that reads: the operator sets it, nobody else may. */
export const namespaceTag = "external-values/namespace";

const reservedPrefix = "external-values/";
const defaultDurationSeconds = 3600;
/** STS grants no more where a role's session assumes the next role. */
const longestChainedSeconds = 3600;

/** The roles to assume, with what the operator adds on its own; or what is wrong with them. */
export function hopsOf(store: StoreModel, context: RecipeContext): readonly Hop[] | string {
  const reserved = reservedTag(store.assumeRoles);
  if (reserved !== undefined) return reserved;
  if (store.sessionTagsFromNamespace && store.assumeRoles.length === 0) {
    return "spec.sessionTagsFromNamespace needs spec.assumeRoles: tags are set where a role is assumed";
  }
  const externalId = forcedExternalId(store, context);
  if (externalId !== undefined && "problem" in externalId) return externalId.problem;
  const tagged = store.sessionTagsFromNamespace || externalId !== undefined;
  return store.assumeRoles.map((role, index) => {
    const hop = plainHop(role, { store, context, index });
    if (index > 0) return hop;
    return { ...(tagged ? withNamespace(hop, context.namespace) : hop), ...externalId };
  });
}

function plainHop(
  role: AssumeRole,
  { store, context, index }: { readonly store: StoreModel; readonly context: RecipeContext; readonly index: number },
): Hop {
  // Whose session it is: of one namespace, or of all that use the store.
  const perNamespace = store.namespace !== undefined || store.sessionTagsFromNamespace;
  const chained = index > 0 || store.auth.kind === "serviceAccount";
  const duration = role.durationSeconds ?? defaultDurationSeconds;
  return {
    roleArn: role.roleArn,
    ...(role.externalId === undefined ? {} : { externalId: role.externalId }),
    sessionName: role.sessionName ?? sessionNameFor(perNamespace ? context.namespace : undefined),
    sessionTags: role.sessionTags,
    transitiveTagKeys: role.transitiveTagKeys,
    durationSeconds: chained ? Math.min(duration, longestChainedSeconds) : duration,
  };
}

/** Transitive, so that the roles further on see it too; STS lets none of them change it. */
function withNamespace(hop: Hop, namespace: string): Hop {
  return {
    ...hop,
    sessionTags: { ...hop.sessionTags, [namespaceTag]: namespace },
    transitiveTagKeys: [...hop.transitiveTagKeys, namespaceTag],
  };
}

/**
 * A ValueStore on the operator's own identity asks for roles that trust the operator, and so perhaps for another
 * tenant's: the external id says from which namespace it comes, and the trust policy can tell.
 */
function forcedExternalId(
  { namespace, auth, assumeRoles }: StoreModel,
  { cluster }: RecipeContext,
): { readonly externalId: string } | { readonly problem: string } | undefined {
  if (namespace === undefined || auth.kind !== "operator" || assumeRoles.length === 0) return undefined;
  if (assumeRoles[0]?.externalId !== undefined) {
    return {
      problem:
        "spec.assumeRoles[0].externalId must be left out: of a ValueStore on the operator's identity it is " +
        "<cluster>/<namespace>",
    };
  }
  // Without it the namespaces of all clusters with that name would be one.
  if (cluster === undefined || cluster === "") {
    return {
      problem:
        "the operator must know the cluster's name (--cluster-name): it is part of the external id of a ValueStore",
    };
  }
  return { externalId: `${cluster}/${namespace}` };
}

/** Tag keys of STS are one whatever their case. */
function reservedTag(roles: readonly AssumeRole[]): string | undefined {
  for (const [index, { sessionTags, transitiveTagKeys }] of roles.entries()) {
    const keys = [...Object.keys(sessionTags), ...transitiveTagKeys];
    const reserved = keys.find((key) => key.toLowerCase().startsWith(reservedPrefix));
    if (reserved !== undefined) {
      return `spec.assumeRoles[${index}] must not name the session tag ${reserved}: the operator alone sets ${reservedPrefix}*`;
    }
  }
  return undefined;
}
