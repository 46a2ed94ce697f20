import type { Clock } from "../clock.ts";
import { type Recipe, recipeKey } from "../recipe.ts";
import { stsPlace } from "./assume-role.ts";
import type { Identities } from "./identities.ts";
import type { Sts } from "./sts.ts";

/** Who a recipe turns out to be. */
export interface Identity {
  readonly account: string;
  readonly arn: string;
}

export interface IdentityLookup {
  identityOf(recipe: Recipe): Promise<Identity | undefined>;
  /** Nobody reads by this recipe any more. */
  forget(recipe: Recipe): void;
}

/** After a failed GetCallerIdentity the next one waits this long: it is only for show. */
const retryMs = 300_000;

/**
 * Looks up identities, each once: the answer of the last AssumeRole says it; only a chain without one costs a request. A
 * failure of that request is no failure of the store: undefined.
 */
export function createIdentityLookup(options: {
  readonly identities: Identities;
  readonly sts: Sts;
  readonly clock: Clock;
}): IdentityLookup {
  const { identities, sts, clock } = options;
  const asked = new Map<string, { readonly answer: Promise<Identity | undefined>; readonly at: number }>();
  async function identityOf(recipe: Recipe): Promise<Identity | undefined> {
    const credentials = await identities.credentials(recipe).get();
    const { arn, accountId } = credentials;
    if (arn !== undefined && accountId !== undefined) return { account: accountId, arn };
    const key = recipeKey(recipe);
    const known = asked.get(key);
    const answered = await known?.answer;
    if (known !== undefined && (answered !== undefined || clock.now() - known.at < retryMs)) return answered;
    const answer = sts.getCallerIdentity(credentials, stsPlace(recipe)).catch(() => undefined);
    asked.set(key, { answer, at: clock.now() });
    return answer;
  }

  return { identityOf, forget: (recipe) => void asked.delete(recipeKey(recipe)) };
}
