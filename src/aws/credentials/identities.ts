import type { Clock } from "../clock.ts";
import type { AwsMetrics } from "../metrics.ts";
import { type Recipe, recipeKey } from "../recipe.ts";
import { fromAccessKey } from "./access-key.ts";
import { assumeRole, stsPlace } from "./assume-role.ts";
import { createCredentialSource, type Renewed } from "./credential-source.ts";
import type { CredentialSource } from "./credentials.ts";
import { operatorIdentity } from "./operator-identity.ts";
import type { AccessKeySecrets, ServiceAccountTokens } from "./ports.ts";
import type { Sts } from "./sts.ts";
import { fromServiceAccount } from "./web-identity.ts";

export interface IdentitiesOptions {
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly readFile: (path: string) => Promise<string>;
  /** Left out where there is no cluster (`render`): stores that need one say so. */
  readonly tokens?: ServiceAccountTokens;
  readonly accessKeys?: AccessKeySecrets;
  readonly sts: Sts;
  readonly clock: Clock;
  readonly random: () => number;
  readonly metrics: AwsMetrics;
  readonly defaultChain?: (region: string) => Promise<Renewed>;
}

/** The credentials of all recipes, for the life of the process. */
export interface Identities {
  credentials(recipe: Recipe): CredentialSource;
  /** Nobody reads by this recipe any more: its credentials, and those of the steps to it, leave the memory. What it shares with others stays. */
  forget(recipe: Recipe): void;
}

/**
 * One credential source for each recipe, and for each beginning of its chain: recipes that share their first steps share
 * the credentials of these, so that STS is asked once for each step and lifetime.
 */
export function createIdentities(options: IdentitiesOptions): Identities {
  const { clock, random, metrics, sts } = options;
  const sources = new Map<string, CredentialSource>();
  /** Each recipe that somebody reads by, with the keys of all steps that lead to it. */
  const inUse = new Map<string, readonly string[]>();

  function base(recipe: Recipe): Promise<Renewed> {
    const place = stsPlace(recipe);
    switch (recipe.base.kind) {
      case "operator":
        return operatorIdentity({ ...options, place });
      case "serviceAccount":
        return fromServiceAccount(recipe.base, { tokens: options.tokens, sts, place });
      case "accessKey":
        return fromAccessKey(recipe.base, options.accessKeys);
    }
  }

  function renew(recipe: Recipe): Promise<Renewed> {
    const last = recipe.hops.at(-1);
    if (last === undefined) return base(recipe);
    const parent = sourceOf({ ...recipe, hops: recipe.hops.slice(0, -1) });
    return assumeRole(last, { parent, sts, place: stsPlace(recipe) });
  }

  function sourceOf(recipe: Recipe): CredentialSource {
    const key = recipeKey(recipe);
    const known = sources.get(key);
    if (known !== undefined) return known;
    const source = createCredentialSource({
      renew: () => renew(recipe),
      clock,
      random,
      renewed: (outcome) => metrics.credentialsRenewed?.({ source: recipe.base.kind, outcome }),
    });
    sources.set(key, source);
    return source;
  }

  return {
    credentials(recipe) {
      inUse.set(recipeKey(recipe), stepKeys(recipe));
      return sourceOf(recipe);
    },
    forget(recipe) {
      inUse.delete(recipeKey(recipe));
      const shared = new Set([...inUse.values()].flat());
      for (const key of stepKeys(recipe)) if (!shared.has(key)) sources.delete(key);
    },
  };
}

/** Of the base, of each hop on top of it, and of the recipe itself. */
function stepKeys(recipe: Recipe): readonly string[] {
  return [0, ...recipe.hops.map((_, index) => index + 1)].map((length) =>
    recipeKey({ ...recipe, hops: recipe.hops.slice(0, length) }),
  );
}
