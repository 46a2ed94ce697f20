import { createHash } from "node:crypto";
import type { StoreModel } from "../../api/store-model.ts";
import type { AwsClients } from "../../aws/clients/aws-clients.ts";
import type { QuotaClass } from "../../aws/limits/quota-class.ts";
import type { ReadingPlane } from "../../aws/plane.ts";
import type { Reader } from "../../aws/reader.ts";
import { type Recipe, recipeKey } from "../../aws/recipe.ts";

export interface ReaderServices {
  readonly plane: ReadingPlane;
  readonly clients: AwsClients;
}

/** Of one class of requests. */
export interface QuotaUse {
  /** Where the account is not known, the reader. */
  readonly account: string;
  readonly region: string;
  readonly quota: QuotaClass;
  /** Requests a second. */
  readonly needed: number;
  /** Over what is allowed. */
  readonly saturation: number;
}

/** The readers of all stores, and which store reads through which. */
export interface Readers {
  /**
   * The reader of a recipe in a region. All that read by the same recipe share it, whatever store they came through
   * (architecture.md, "Identity first").
   */
  readerOf(recipe: Recipe, region: string, store: { readonly key: string; readonly model: StoreModel }): Reader;
  /** Those that a store's resources were given, and that are still open. */
  ofStore(storeKey: string): readonly Reader[];
  /** What the polls need of each account and region's quota. */
  quotas(): readonly QuotaUse[];
  /** Closes what nobody reads through any more: after an edit of a store, or its end. */
  sweep(): void;
}

export function createReaders({ plane, clients }: ReaderServices): Readers {
  const byStore = new Map<string, Set<Reader>>();

  const open = (recipe: Recipe, region: string, model: StoreModel): Reader => {
    const scope = clients.scopeOf(recipe);
    return plane.reader({
      id: readerId(recipe, model),
      region,
      calls: clients.calls(recipe, region),
      failover: failoverRegions(recipe, region, model).map((replica) => ({
        region: replica,
        calls: clients.calls(recipe, replica),
      })),
      account: () => clients.limits.accountOf(scope),
      // Asked each time: what another store of the account says counts too, and edits of limits reach living readers.
      limits: () => clients.limits.limitsOf(scope, region),
    });
  };

  return {
    readerOf(recipe, region, { key, model }) {
      const reader = plane.find(readerId(recipe, model), region) ?? open(recipe, region, model);
      byStore.set(key, (byStore.get(key) ?? new Set()).add(reader));
      return reader;
    },
    quotas() {
      const open = new Set([...byStore.values()].flatMap((readers) => [...readers]));
      return [...open].flatMap((reader) => quotaUses(reader, plane));
    },
    ofStore: (key) => [...(byStore.get(key) ?? [])],
    sweep() {
      const closed = new Set(plane.releaseUnwanted());
      if (closed.size === 0) return;
      for (const [key, readers] of byStore) byStore.set(key, readers.difference(closed));
      for (const [key, readers] of byStore) if (readers.size === 0) byStore.delete(key);
    },
  };
}

function quotaUses(reader: Reader, plane: ReadingPlane): readonly QuotaUse[] {
  const account = plane.accountOf(reader) ?? reader.id;
  const { requestsPerSecond, saturation } = plane.quotaNeeds(reader);
  return [...requestsPerSecond].map(([quota, needed]) => {
    return { account, region: reader.region, quota, needed, saturation: saturation.get(quota) ?? 0 };
  });
}

/**
 * Safe for logs and for the status: the kind of the identity and a hash of its recipe, which holds names and ARNs only.
 * Failover is part of it: a reader that may ask replicas is not one that may not.
 */
export function readerId(recipe: Recipe, store: Pick<StoreModel, "failoverRegions">): string {
  const known = readerIds.get(recipe);
  if (known?.failoverRegions === store.failoverRegions) return known.id;
  const id = hashedId(recipe, store);
  readerIds.set(recipe, { failoverRegions: store.failoverRegions, id });
  return id;
}

// The directory gives one recipe for all questions of a namespace to a store, and each key of each visit asks.
const readerIds = new WeakMap<Recipe, { readonly failoverRegions: readonly string[]; readonly id: string }>();

function hashedId(recipe: Recipe, store: Pick<StoreModel, "failoverRegions">): string {
  const parts = JSON.stringify([recipeKey(recipe), store.failoverRegions]);
  // 128 bits: a tenant writes parts of its recipe, and may try out as many as it likes against another's.
  return `${recipe.base.kind}-${createHash("sha256").update(parts).digest("hex").slice(0, 32)}`;
}

function failoverRegions(recipe: Recipe, region: string, store: StoreModel): readonly string[] {
  return region === recipe.region ? store.failoverRegions : [];
}
