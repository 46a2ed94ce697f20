import type { Failure } from "../api/conditions.ts";
import type { Endpoints, StoreModel } from "../api/store-model.ts";
import { baseOf } from "./credentials/recipe-base.ts";
import { hopsOf } from "./credentials/recipe-hops.ts";

/**
 * How an identity comes about, from first to last: the unit of sharing (architecture.md, "Identity first"). Two stores
 * with one recipe share credentials, clients, calls and values; two recipes share nothing, whatever role they end in.
 */
export interface Recipe {
  readonly base: RecipeBase;
  /** Roles assumed on top of the base, in order. */
  readonly hops: readonly Hop[];
  /** The store's own region: STS is asked there, and the endpoints hold for it alone. */
  readonly region: string;
  readonly endpoints: Endpoints;
}

export type RecipeBase =
  | { readonly kind: "operator" }
  | {
      readonly kind: "serviceAccount";
      readonly namespace: string;
      readonly name: string;
      /** Undefined where it is not known; then a ServiceAccount made anew is not told from the old one. */
      readonly uid?: string;
      readonly roleArn: string;
      readonly sessionName: string;
    }
  | {
      readonly kind: "accessKey";
      readonly namespace: string;
      readonly secretName: string;
      readonly uid?: string;
      readonly accessKeyIdKey: string;
      readonly secretAccessKeyKey: string;
      readonly sessionTokenKey?: string;
    };

/** One AssumeRole. */
export interface Hop {
  readonly roleArn: string;
  readonly externalId?: string;
  readonly sessionName: string;
  readonly sessionTags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly durationSeconds: number;
}

/** What a recipe depends on besides the store. */
export interface RecipeContext {
  /** The namespace of the resource that reads: what `sessionTagsFromNamespace` tags. */
  readonly namespace: string;
  /** The operator's own region, for stores that name none. */
  readonly defaultRegion?: string;
  /** The cluster's name, for the external id of namespaced stores. */
  readonly cluster?: string;
  /** `--allow-operator-identity-in-namespaces`. */
  readonly allowOperatorIdentityInNamespaces: boolean;
  /** UID of the ServiceAccount or of the key's Secret, as it is now. */
  readonly baseUid?: string;
  /** The ServiceAccount's annotation eks.amazonaws.com/role-arn: counts in a ValueStore only. */
  readonly roleArnAnnotation?: string;
}

export type RecipeResult =
  | { readonly ok: true; readonly recipe: Recipe }
  | { readonly ok: false; readonly failure: Failure };

/**
 * The recipe by which a resource in `context.namespace` reads through a store. Pure. Refuses what a namespaced store may
 * not do (api.md, "Access"), whatever the schema let through.
 */
export function recipeOf(store: StoreModel, context: RecipeContext): RecipeResult {
  const region = store.region ?? context.defaultRegion;
  if (region === undefined) return notReady(store, "spec.region must be set: the operator has no region of its own");
  const misplaced = misplacedField(store);
  if (misplaced !== undefined) return notReady(store, misplaced);
  const base = baseOf(store, context);
  if (typeof base === "string") return notReady(store, base);
  const hops = hopsOf(store, context);
  if (typeof hops === "string") return notReady(store, hops);
  return { ok: true, recipe: { base, hops, region, endpoints: store.endpoints } };
}

/**
 * Equal for two recipes exactly when they are one identity. Holds names, UIDs and ARNs, never a key or a token, and may
 * stand in a log.
 */
export function recipeKey(recipe: Recipe): string {
  const { base, hops, region, endpoints } = recipe;
  return JSON.stringify([sorted(base), hops.map(hopKey), region, sorted(endpoints)]);
}

/** The account in which the recipe ends, where its ARNs say so without asking anyone. */
export function accountOf({ base, hops }: Recipe): string | undefined {
  const roleArn = hops.at(-1)?.roleArn ?? (base.kind === "serviceAccount" ? base.roleArn : undefined);
  const account = roleArn?.split(":")[4];
  return account === undefined || account === "" ? undefined : account;
}

function hopKey(hop: Hop): unknown {
  return sorted({ ...hop, sessionTags: sorted(hop.sessionTags), transitiveTagKeys: [...hop.transitiveTagKeys].sort() });
}

function sorted(record: object): unknown {
  return Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function misplacedField({ namespace, endpoints, changeEvents, auth }: StoreModel): string | undefined {
  if (namespace === undefined) return undefined;
  if (Object.values(endpoints).some((endpoint) => endpoint !== undefined)) {
    return "spec.endpoints must be left out of a ValueStore: only a ClusterValueStore may set them";
  }
  if (changeEvents !== undefined) return "spec.changeEvents must be left out of a ValueStore";
  if (auth.kind !== "operator" && auth.namespace !== namespace) {
    return `spec.auth.${auth.kind} must be in the store's own namespace ${namespace}`;
  }
  return undefined;
}

function notReady({ ref }: StoreModel, message: string): RecipeResult {
  return { ok: false, failure: { reason: "StoreNotReady", message: `${ref.kind} ${ref.name}: ${message}` } };
}
