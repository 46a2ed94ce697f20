import { defaultLimits, type Limits } from "../../api/store-model.ts";
import type { Clock } from "../clock.ts";
import type { AwsMetrics } from "../metrics.ts";
import { createLimiter, type Limiter } from "./limiter.ts";
import { limitKeyOf, limitOf, type QuotaClass } from "./quota-class.ts";

/**
 * Whose quota a request draws on. AWS counts by account, which is not known before the credentials are: until then a
 * recipe's base (`operator`, an access key's Secret) is the scope, and `learn` joins it to its account.
 */
export type Scope = string;

/** What one store says of limits. */
export interface StoreLimits {
  /** `ClusterValueStore/aws`. */
  readonly store: string;
  /** A ValueStore may only lower what holds without it. */
  readonly mayRaise: boolean;
  readonly scopes: readonly Scope[];
  readonly regions: readonly string[];
  /** A class that is left out: the store has no opinion. */
  readonly limits: Partial<Limits>;
}

/** All limiters of the process: one per account, region and class. */
export interface LimiterRegistry {
  limiter(scope: Scope, region: string, quota: QuotaClass): Limiter;
  /** Adds a store or replaces what it said before. */
  setStore(store: StoreLimits): void;
  removeStore(store: string): void;
  /** What all stores together allow this scope in this region, the share applied. */
  limitsOf(scope: Scope, region: string): Limits;
  /** The account that the scope turned out to be; undefined where it is not known. */
  accountOf(scope: Scope): string | undefined;
  /** From now on the scope is this account. */
  learn(scope: Scope, account: string): void;
  /** The share of the account's quota that is this process's: shards held of all shards, above 0 and at most 1. */
  setShare(share: number): void;
  /** Every limiter that was asked for, as it stands: for gauges, and to tell what the quota carries. */
  readings(): readonly LimiterReading[];
}

export interface LimiterReading {
  /** The account, or the scope as long as the account is not known. */
  readonly account: string;
  readonly region: string;
  readonly quota: QuotaClass;
  /** Requests a second allowed now: below the ceiling after throttles. */
  readonly rate: number;
  readonly ceiling: number;
  /** Requests that stand in line. */
  readonly waiting: number;
}

interface Held {
  readonly account: string;
  readonly region: string;
  readonly quota: QuotaClass;
  readonly limiter: Limiter;
}

/** An empty registry: every account has the default limits. */
export function createLimiterRegistry({
  clock,
  metrics,
}: {
  readonly clock: Clock;
  readonly metrics: AwsMetrics;
}): LimiterRegistry {
  const accounts = new Map<Scope, string>();
  const stores = new Map<string, StoreLimits>();
  const held = new Map<string, Held>();
  let share = 1;

  const accountOf = (scope: Scope): string => accounts.get(scope) ?? scope;

  function ceiling({ account, region, quota }: Omit<Held, "limiter">): number {
    const concerned = [...stores.values()].filter(
      (store) => store.regions.includes(region) && store.scopes.some((scope) => accountOf(scope) === account),
    );
    return lowestLimit(concerned, quota) * share;
  }

  function report({ account, region, quota, limiter }: Held): void {
    metrics.limiterRate?.({ quota, account, region, rate: limiter.rate() });
  }

  function refresh(): void {
    for (const each of held.values()) {
      each.limiter.setCeiling(ceiling(each));
      report(each);
    }
  }

  /** A limiter that tells its rate when a throttle lowers it. */
  function make(place: Omit<Held, "limiter">): Held {
    const inner = createLimiter({ clock, ceiling: ceiling(place) });
    const made: Held = {
      ...place,
      limiter: {
        acquire: (turn) => inner.acquire(turn),
        giveBack: () => inner.giveBack(),
        setCeiling: (next) => inner.setCeiling(next),
        rate: () => inner.rate(),
        get waiting() {
          return inner.waiting;
        },
        throttled() {
          inner.throttled();
          report(made);
        },
      },
    };
    report(made);
    return made;
  }

  return {
    limitsOf(scope, region) {
      const of = (quota: keyof Limits): number => ceiling({ account: accountOf(scope), region, quota });
      return {
        parameterReads: of("parameterReads"),
        parameterDescribes: of("parameterDescribes"),
        secretBatches: of("secretBatches"),
        secretReads: of("secretReads"),
        secretLists: of("secretLists"),
      };
    },
    accountOf: (scope) => accounts.get(scope) ?? (/^\d{12}$/.test(scope) ? scope : undefined),
    limiter(scope, region, quota) {
      const account = accountOf(scope);
      const key = `${account} ${region} ${quota}`;
      const known = held.get(key);
      if (known !== undefined) return known.limiter;
      const made = make({ account, region, quota });
      held.set(key, made);
      return made.limiter;
    },
    setStore(store) {
      stores.set(store.store, store);
      refresh();
    },
    removeStore(store) {
      if (stores.delete(store)) refresh();
    },
    learn(scope, account) {
      if (accounts.get(scope) === account) return;
      accounts.set(scope, account);
      refresh();
    },
    setShare(next) {
      if (!(next > 0 && next <= 1)) throw new RangeError(`the share must be above 0 and at most 1, not ${next}`);
      share = next;
      refresh();
    },
    readings: () =>
      [...held.values()].map(({ limiter, ...place }) => ({
        ...place,
        rate: limiter.rate(),
        ceiling: ceiling(place),
        waiting: limiter.waiting,
      })),
  };
}

/** The lowest that any store states; a store that may not raise counts only against what holds without it. */
function lowestLimit(stores: readonly StoreLimits[], quota: QuotaClass): number {
  const stated = (raising: boolean): number[] =>
    stores
      .filter((store) => store.mayRaise === raising)
      .map((store) => statedLimit(store.limits, quota))
      .filter((limit) => limit !== undefined);
  const raising = stated(true);
  const base = raising.length === 0 ? limitOf(defaultLimits, quota) : Math.min(...raising);
  return Math.min(base, ...stated(false));
}

function statedLimit(limits: Partial<Limits>, quota: QuotaClass): number | undefined {
  const key = limitKeyOf(quota);
  if (key === undefined || limits[key] === undefined) return undefined;
  return limitOf({ ...defaultLimits, ...limits }, quota);
}
