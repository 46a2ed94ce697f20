import type { Failure } from "../../api/conditions.ts";
import type { StoreModel } from "../../api/store-model.ts";
import type { AwsClients } from "../../aws/clients/aws-clients.ts";
import { AwsError } from "../../aws/errors.ts";
import { type Recipe, recipeOf } from "../../aws/recipe.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import { resourceTypes } from "../../kubernetes/resource-types.ts";
import type { Verdict } from "../queue/work-queue.ts";
import type { BaseFacts, StoreRecord, StoreRecords } from "./store-records.ts";
import { readyCondition, type StoreStatusModel, writeStoreStatus } from "./store-status.ts";

export interface StoreReconcilerOptions {
  readonly client: KubernetesClient;
  readonly records: StoreRecords;
  readonly clients: AwsClients;
  readonly defaultRegion: string | undefined;
  readonly clusterName: string;
  readonly allowOperatorIdentityInNamespaces: boolean;
  /** Of several replicas one writes the status. */
  readonly mayWrite: () => boolean;
  /** What refers to the store is to be looked at again. */
  readonly changed: (storeKey: string) => void;
}

// A ServiceAccount made anew, a changed role annotation, an identity that could not be had: looked at again so often.
const revisitMs = 60_000;

/** Looks up what a store's identity starts from, registers its limits, and says in its status how it stands. */
export function createStoreReconciler(options: StoreReconcilerOptions): (key: string) => Promise<Verdict> {
  const { records, client, clients } = options;
  const registered = new Set<string>();

  const unregister = (key: string): void => {
    if (registered.delete(key)) clients.limits.removeStore(key);
  };

  const write = async (object: StoreRecord["object"], status: StoreStatusModel): Promise<void> => {
    if (options.mayWrite()) await writeStoreStatus(object, status, client);
  };

  return async (key) => {
    const record = records.byKey(key);
    if (!record || record.kind === "foreign") {
      unregister(key);
      return undefined;
    }
    if (record.kind === "invalid") {
      unregister(key);
      await write(record.object, statusOf(record, record.failure, undefined));
      return undefined;
    }
    await learnFacts(key, record);
    const recipe = recipeFor(record.model, record.facts ?? {});
    if (!recipe.ok) {
      await write(record.object, statusOf(record, recipe.failure, undefined));
      return { afterMs: revisitMs };
    }
    registerLimits(key, record.model, recipe.recipe);
    const identity = await identify(record.model, recipe.recipe);
    await write(record.object, statusOf(record, identity.failure, identity.found));
    return needsRevisit(record.model, identity.failure) ? { afterMs: revisitMs } : undefined;
  };

  async function learnFacts(key: string, record: Extract<StoreRecord, { kind: "served" }>): Promise<void> {
    const facts = await lookUp(key, record);
    const same =
      record.facts && record.facts.uid === facts.uid && record.facts.roleArnAnnotation === facts.roleArnAnnotation;
    if (same) return;
    record.facts = facts;
    record.revision += 0.001;
    options.changed(key);
  }

  async function lookUp(key: string, record: Extract<StoreRecord, { kind: "served" }>): Promise<BaseFacts> {
    try {
      return await lookUpBase(record.model, client);
    } catch (error) {
      if (!record.facts && !record.lookUpFailed) {
        record.lookUpFailed = true;
        options.changed(key);
      }
      throw error;
    }
  }

  function recipeFor(model: StoreModel, facts: BaseFacts): ReturnType<typeof recipeOf> {
    return recipeOf(model, {
      namespace: model.namespace ?? "",
      ...(options.defaultRegion === undefined ? {} : { defaultRegion: options.defaultRegion }),
      cluster: options.clusterName,
      allowOperatorIdentityInNamespaces: options.allowOperatorIdentityInNamespaces,
      ...(facts.uid === undefined ? {} : { baseUid: facts.uid }),
      ...(facts.roleArnAnnotation === undefined ? {} : { roleArnAnnotation: facts.roleArnAnnotation }),
    });
  }

  function registerLimits(key: string, model: StoreModel, recipe: Recipe): void {
    registered.add(key);
    clients.limits.setStore({
      store: key,
      mayRaise: model.namespace === undefined,
      scopes: [clients.scopeOf(recipe)],
      regions: [recipe.region, ...model.regions, ...model.failoverRegions],
      limits: model.limits,
    });
  }

  async function identify(model: StoreModel, recipe: Recipe) {
    // An identity per namespace: there is no one to name.
    if (model.sessionTagsFromNamespace) return { found: undefined, failure: undefined };
    try {
      return { found: await clients.identityOf(recipe), failure: undefined };
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const failure: Failure = { reason: "CredentialsFailed", message: error.step ?? error.message };
      return { found: undefined, failure };
    }
  }
}

function needsRevisit(model: StoreModel, failure: Failure | undefined): boolean {
  return failure !== undefined || model.auth.kind !== "operator";
}

/** UID and role annotation of the ServiceAccount, or UID of the key's Secret; nothing where the identity is the operator's. */
async function lookUpBase(model: StoreModel, client: KubernetesClient): Promise<BaseFacts> {
  const { auth } = model;
  if (auth.kind === "operator") return {};
  const [type, name] =
    auth.kind === "serviceAccount"
      ? [resourceTypes.serviceAccounts, auth.name]
      : [resourceTypes.secrets, auth.secretName];
  const found = await client.getMetadata(type, { namespace: auth.namespace, name });
  const roleArn = found?.metadata.annotations?.["eks.amazonaws.com/role-arn"];
  return {
    ...(found?.metadata.uid === undefined ? {} : { uid: found.metadata.uid }),
    ...(roleArn === undefined || auth.kind !== "serviceAccount" ? {} : { roleArnAnnotation: roleArn }),
  };
}

function statusOf(
  record: StoreRecord,
  failure: Failure | undefined,
  identity: StoreStatusModel["identity"],
): StoreStatusModel {
  const region = record.kind === "served" ? record.model.region : undefined;
  const message = identity ? `reads as ${identity.arn}` : "ready to read";
  return {
    observedGeneration: record.object.metadata.generation ?? 0,
    conditions: [readyCondition(failure, message)],
    ...(identity ? { identity } : {}),
    ...(region === undefined ? {} : { activeRegion: region }),
  };
}
