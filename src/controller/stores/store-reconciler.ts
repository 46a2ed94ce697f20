import type { Failure } from "../../api/conditions.ts";
import { formatDuration } from "../../api/duration.ts";
import type { StoreModel } from "../../api/store-model.ts";
import type { AwsClients } from "../../aws/clients/aws-clients.ts";
import { AwsError } from "../../aws/errors.ts";
import { type Recipe, recipeOf } from "../../aws/recipe.ts";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import { resourceTypes } from "../../kubernetes/resource-types.ts";
import type { Verdict } from "../queue/work-queue.ts";
import type { BaseFacts, StoreRecord, StoreRecords } from "./store-records.ts";
import type { Standing } from "./store-standing.ts";
import { readyCondition, type StoreStatusModel, writeStoreStatus } from "./store-status.ts";

export interface StoreReconcilerOptions {
  readonly client: KubernetesClient;
  readonly records: StoreRecords;
  readonly clients: AwsClients;
  readonly defaultRegion: string | undefined;
  readonly clusterName: string;
  readonly allowOperatorIdentityInNamespaces: boolean;
  /** What the readers of the store tell. */
  readonly standing: (storeKey: string) => Standing;
  /** Of several replicas one writes the status. */
  readonly mayWrite: () => boolean;
  /** What refers to the store is to be looked at again. */
  readonly changed: (storeKey: string) => void;
}

// A ServiceAccount made anew, a changed role annotation, an identity that could not be had: looked at again so often.
const revisitMs = 60_000;
const retryMs = 15_000;

type Served = Extract<StoreRecord, { kind: "served" }>;

interface Identified {
  readonly identity?: NonNullable<StoreStatusModel["identity"]>;
  readonly failure?: Failure;
}

/** Looks up what a store's identity starts from, registers its limits, and says in its status how it stands. */
export function createStoreReconciler(options: StoreReconcilerOptions): (key: string) => Promise<Verdict> {
  const { records, client, clients } = options;
  const registered = new Set<string>();
  /** Stores whose identity did not work when it was last looked at. */
  const failing = new Set<string>();

  const unregister = (key: string): void => {
    if (registered.delete(key)) clients.limits.removeStore(key);
  };

  const write = async (object: StoreRecord["object"], status: StoreStatusModel): Promise<void> => {
    if (options.mayWrite()) await writeStoreStatus(object, status, client);
  };

  return async (key) => {
    const record = records.byKey(key);
    if (record?.kind === "served") return await serve(key, record);
    unregister(key);
    failing.delete(key);
    if (record?.kind === "invalid") {
      await write(record.object, statusOf(record, { failure: record.failure }, options.standing(key)));
    }
    return undefined;
  };

  async function serve(key: string, record: Served): Promise<Verdict> {
    const forbidden = await learnFacts(key, record);
    if (forbidden) {
      unregister(key);
      await write(record.object, statusOf(record, { failure: forbidden }, options.standing(key)));
      return { afterMs: retryMs };
    }
    const made = recipeFor(record.model, record.facts ?? {});
    const identified = made.ok ? await identifyWithLimits(key, record.model, made.recipe) : { failure: made.failure };
    if (!made.ok) unregister(key);
    tellRecovery(key, identified.failure !== undefined);
    await write(record.object, statusOf(record, identified, options.standing(key)));
    return { afterMs: identified.failure ? retryMs : revisitMs };
  }

  /** Whoever may write a ValueStore may name any role: what it says of an account counts once it may read there. */
  async function identifyWithLimits(key: string, model: StoreModel, recipe: Recipe): Promise<Identified> {
    if (model.namespace === undefined) registerLimits(key, model, recipe);
    const identified = await identify(model, recipe);
    if (model.namespace === undefined) return identified;
    if (identified.failure) unregister(key);
    else registerLimits(key, model, recipe);
    return identified;
  }

  /** What failed for want of credentials need not wait for its own turn. */
  function tellRecovery(key: string, fails: boolean): void {
    if (fails) failing.add(key);
    else if (failing.delete(key)) options.changed(key);
  }

  /** Returns why it may not be looked up, where it may not. */
  async function learnFacts(key: string, record: Served): Promise<Failure | undefined> {
    const facts = await lookUp(key, record);
    if (facts === undefined) {
      return {
        reason: "StoreNotReady",
        message: `${record.model.ref.kind} ${record.model.ref.name} ${record.lookUpFailed}`,
      };
    }
    const same =
      record.facts && record.facts.uid === facts.uid && record.facts.roleArnAnnotation === facts.roleArnAnnotation;
    if (same) return undefined;
    record.facts = facts;
    record.revision += 0.001;
    options.changed(key);
    return undefined;
  }

  /** Undefined where the API server forbids it: the store and what refers to it say so. Other failures come again. */
  async function lookUp(key: string, record: Served): Promise<BaseFacts | undefined> {
    try {
      return await lookUpBase(record.model, client);
    } catch (error) {
      const forbidden = error instanceof ApiError && error.status === 403;
      if (!record.facts) tellUnknown(key, record, forbidden);
      if (forbidden && !record.facts) return undefined;
      throw error;
    }
  }

  function tellUnknown(key: string, record: Served, forbidden: boolean): void {
    const why = forbidden ? forbiddenBase(record.model) : "could not be looked at: the API server did not answer";
    if (record.lookUpFailed === why) return;
    record.lookUpFailed = why;
    options.changed(key);
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

  async function identify(model: StoreModel, recipe: Recipe): Promise<Identified> {
    // An identity per namespace: there is no one to name.
    if (model.sessionTagsFromNamespace && model.namespace === undefined) return {};
    try {
      const identity = await clients.identityOf(recipe);
      return identity ? { identity } : {};
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { failure: { reason: "CredentialsFailed", message: error.message } };
    }
  }
}

/** Which right is missing, and where the chart grants it. */
function forbiddenBase({ auth }: StoreModel): string {
  if (auth.kind !== "serviceAccount") return "needs a Secret that the operator may not read: see the operator's role";
  const account = `${auth.namespace}/${auth.name}`;
  return `reads as ServiceAccount ${account}, which the operator may not use: list it in the chart's tenantServiceAccounts`;
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
  { failure, identity }: Identified,
  { carriedMs, replicaRegion }: Standing,
): StoreStatusModel {
  const region = replicaRegion ?? (record.kind === "served" ? record.model.region : undefined);
  const carried = carriedMs === undefined ? undefined : formatDuration(carriedMs);
  return {
    observedGeneration: record.object.metadata.generation ?? 0,
    conditions: [readyCondition(failure, { carried, ...(identity ? { identity } : {}) })],
    ...(identity ? { identity } : {}),
    ...(region === undefined ? {} : { activeRegion: region }),
    ...(carried === undefined ? {} : { quota: { carried } }),
  };
}
