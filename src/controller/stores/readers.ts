import { createHash } from "node:crypto";
import type { StoreModel } from "../../api/store-model.ts";
import type { AwsClients } from "../../aws/clients/aws-clients.ts";
import type { ReadingPlane } from "../../aws/plane.ts";
import type { Reader } from "../../aws/reader.ts";
import { accountOf, type Recipe, recipeKey } from "../../aws/recipe.ts";

export interface ReaderServices {
  readonly plane: ReadingPlane;
  readonly clients: AwsClients;
}

/**
 * The reader of a recipe in a region. All that read by the same recipe share it, whatever store they came through
 * (architecture.md, "Identity first").
 */
export function readerOf(recipe: Recipe, region: string, store: StoreModel, services: ReaderServices): Reader {
  const { plane, clients } = services;
  const id = readerId(recipe, store);
  const known = plane.find(id, region);
  if (known) return known;
  const account = accountOf(recipe);
  return plane.reader({
    id,
    region,
    calls: clients.calls(recipe, region),
    failover: failoverRegions(recipe, region, store).map((replica) => ({
      region: replica,
      calls: clients.calls(recipe, replica),
    })),
    ...(account === undefined ? {} : { account }),
    limits: store.limits,
  });
}

/**
 * Safe for logs and for the status: the kind of the identity and a hash of its recipe, which holds names and ARNs only.
 * Failover is part of it: a reader that may ask replicas is not one that may not.
 */
export function readerId(recipe: Recipe, store: StoreModel): string {
  const parts = JSON.stringify([recipeKey(recipe), store.failoverRegions]);
  return `${recipe.base.kind}-${createHash("sha256").update(parts).digest("hex").slice(0, 16)}`;
}

function failoverRegions(recipe: Recipe, region: string, store: StoreModel): readonly string[] {
  return region === recipe.region ? store.failoverRegions : [];
}
