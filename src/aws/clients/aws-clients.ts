import type { Turns } from "../../event-loop/turns.ts";
import type { ServiceCalls } from "../calls.ts";
import type { Clock } from "../clock.ts";
import type { CredentialSource } from "../credentials/credentials.ts";
import { createIdentities, type IdentitiesOptions } from "../credentials/identities.ts";
import { createIdentityLookup, type Identity } from "../credentials/identity-lookup.ts";
import { createSts } from "../credentials/sts.ts";
import { createCircuitRegistry } from "../limits/circuit-registry.ts";
import { createLimiterRegistry, type LimiterRegistry, type Scope } from "../limits/limiter-registry.ts";
import { accountOf, type Recipe, recipeKey } from "../recipe.ts";
import { type ConnectionOptions, createConnections } from "./connections.ts";
import { createServiceCalls } from "./service-calls.ts";

export interface AwsClientsOptions extends Omit<IdentitiesOptions, "sts"> {
  readonly clock: Clock;
  /** Of the process, where other parts share the event loop. Default: answers run on as they come. */
  readonly turns?: Turns;
  readonly connections?: Omit<ConnectionOptions, "environment" | "turns">;
}

/** Everything of the process that talks to AWS: clients, credentials, sockets, limits and circuits, shared as they may be. */
export interface AwsClients {
  /**
   * The requests of a recipe in a region: one for the life of the process, or until it is closed. Closing the last one of
   * a recipe forgets its credentials.
   */
  calls(recipe: Recipe, region: string): ServiceCalls;
  /** The credentials behind them, for clients of other services. */
  credentials(recipe: Recipe): CredentialSource;
  /**
   * Who the recipe turns out to be, for a store's status: from the AssumeRole answer, else by one GetCallerIdentity.
   * Undefined where that fails: it gates nothing. Rejects with an AwsError of kind `credentials` where there are none.
   */
  identityOf(recipe: Recipe): Promise<Identity | undefined>;
  /** What a store says of limits; add it when it comes, remove it when it goes. `scopeOf` names its scopes. */
  readonly limits: LimiterRegistry;
  scopeOf(recipe: Recipe): Scope;
  /** Closes all sockets. */
  close(): void;
}

/** One for the process. */
export function createAwsClients(options: AwsClientsOptions): AwsClients {
  const { clock, turns, random, metrics, environment } = options;
  const connections = createConnections({ ...options.connections, environment, ...(turns ? { turns } : {}) });
  const limits = createLimiterRegistry({ clock, metrics });
  const circuits = createCircuitRegistry({ clock, random, metrics });
  const sts = createSts({ connections, circuits, limits, metrics, clock });
  const identities = createIdentities({ ...options, sts });
  const lookup = createIdentityLookup({ identities, sts, clock });
  const calls = new Map<string, ServiceCalls>();

  function learning(recipe: Recipe): CredentialSource {
    const source = identities.credentials(recipe);
    const scope = scopeOf(recipe);
    return {
      drop: (refused) => source.drop(refused),
      async get() {
        const credentials = await source.get();
        if (credentials.accountId !== undefined) limits.learn(scope, credentials.accountId);
        return credentials;
      },
    };
  }

  return {
    limits,
    scopeOf,
    credentials: (recipe) => identities.credentials(recipe),
    calls(recipe, region) {
      const key = `${region} ${recipeKey(recipe)}`;
      const known = calls.get(key);
      if (known !== undefined) return known;
      const scope = scopeOf(recipe);
      const made = createServiceCalls({
        region,
        ...(region === recipe.region ? { endpoints: recipe.endpoints } : {}),
        credentials: learning(recipe),
        limiter: (quota) => limits.limiter(scope, region, quota),
        circuits,
        connections,
        metrics,
        clock,
        ...(turns ? { turns } : {}),
      });
      const closing: ServiceCalls = {
        ...made,
        close() {
          calls.delete(key);
          // Namespaces come and go, and with them recipes: nothing of them may stay.
          if (![...calls.keys()].some((each) => each.endsWith(` ${recipeKey(recipe)}`))) {
            identities.forget(recipe);
            lookup.forget(recipe);
          }
          made.close();
        },
      };
      calls.set(key, closing);
      return closing;
    },
    async identityOf(recipe) {
      const identity = await lookup.identityOf(recipe);
      if (identity !== undefined) limits.learn(scopeOf(recipe), identity.account);
      return identity;
    },
    close() {
      for (const each of [...calls.values()]) each.close();
      connections.close();
    },
  };
}

/**
 * Whose quota the recipe draws on: the account that its role names; without a role the base stands for its account, until
 * an answer names that.
 */
export function scopeOf(recipe: Recipe): Scope {
  return accountOf(recipe) ?? recipeKey({ ...recipe, hops: [], endpoints: {}, region: "" });
}
