import type { Failure } from "../../api/conditions.ts";
import type { StoreRef } from "../../api/model.ts";
import type { ValueRef } from "../../api/source.ts";
import type { StoreModel } from "../../api/store-model.ts";
import type { AccessNamespace, AccessScope } from "../../aws/access/access-scope.ts";
import { checkAsked, checkReturned } from "../../aws/access/check.ts";
import { regionOf } from "../../aws/access/region.ts";
import { accountOf, recipeOf } from "../../aws/recipe.ts";
import type { Resolution, StoreDirectory } from "./directory.ts";
import type { Readers } from "./readers.ts";
import type { BaseFacts, StoreRecord, StoreRecords } from "./store-records.ts";

export interface DirectoryOptions {
  readonly records: StoreRecords;
  readonly readers: Readers;
  /** AWS_REGION of the operator, for stores that name no region. */
  readonly defaultRegion: string | undefined;
  readonly clusterName: string;
  readonly allowOperatorIdentityInNamespaces: boolean;
  /** Labels of a namespace; undefined where it is not known (yet). */
  namespaceLabels(namespace: string): Readonly<Record<string, string>> | undefined;
}

/** Answers from the watched stores. Access is checked at every use, values in memory included (api.md, "Access"). */
export function createStoreDirectory(options: DirectoryOptions): StoreDirectory {
  const { records, readers } = options;
  const recipes = new WeakMap<BaseFacts, { readonly model: StoreModel; readonly byNamespace: Map<string, Made> }>();
  const factsOf = (namespace: string): AccessNamespace => ({
    name: namespace,
    labels: options.namespaceLabels(namespace),
  });
  return {
    resolve(ref, namespace, asked, subject) {
      const record = records.get(ref, namespace);
      if (!record) return failed("StoreNotFound", ref, subject, `does not exist; create it or correct storeRef`);
      if (record.kind === "foreign") return { kind: "foreign" };
      if (record.kind === "invalid") return failed("StoreNotReady", ref, subject, record.failure.message);
      return resolveServed(record, { ref, namespace, asked, subject });
    },
    checkReturned: ({ scope }, namespace, value, subject) =>
      withSubject(checkReturned(scope, factsOf(namespace), value), subject),
    revision(ref, namespace) {
      const record = records.get(ref, namespace);
      return record?.kind === "served" ? String(record.revision) : "-";
    },
  };

  function resolveServed(record: Extract<StoreRecord, { kind: "served" }>, question: Question): Resolution {
    const { ref, namespace, asked, subject } = question;
    const { model, facts } = record;
    if (!facts) return notLookedUp(record, question);
    const made = recipeFor(model, facts, namespace);
    if (!made.ok) return refusedBy(made.failure, subject);
    const { recipe } = made;
    const account = accountOf(recipe);
    const scope: AccessScope = { store: model, region: recipe.region, ...(account === undefined ? {} : { account }) };
    const refused = checkAsked(scope, factsOf(namespace), asked);
    if (refused) return refusedBy(refused, subject);
    const region = regionOf(asked, scope);
    if ("failure" in region) return refusedBy(region.failure, subject);
    const reader = readers.readerOf(recipe, region.region, { key: records.keyOf(ref, namespace), model });
    return { kind: "ready", store: model, reader, scope, origin: `${region.region}/${reader.id}` };
  }

  /** Made once for a namespace, until the store, or what its identity starts from, is another. */
  function recipeFor(model: StoreModel, facts: BaseFacts, namespace: string): Made {
    const known = recipes.get(facts);
    const ofStore = known?.model === model ? known : { model, byNamespace: new Map<string, Made>() };
    recipes.set(facts, ofStore);
    const made = ofStore.byNamespace.get(namespace) ?? makeRecipe(model, facts, namespace);
    if (ofStore.byNamespace.size >= mostNamespaces) ofStore.byNamespace.clear();
    ofStore.byNamespace.set(namespace, made);
    return made;
  }

  function makeRecipe(model: StoreModel, facts: BaseFacts, namespace: string): Made {
    return recipeOf(model, {
      namespace,
      ...(options.defaultRegion === undefined ? {} : { defaultRegion: options.defaultRegion }),
      cluster: options.clusterName,
      allowOperatorIdentityInNamespaces: options.allowOperatorIdentityInNamespaces,
      ...(facts.uid === undefined ? {} : { baseUid: facts.uid }),
      ...(facts.roleArnAnnotation === undefined ? {} : { roleArnAnnotation: facts.roleArnAnnotation }),
    });
  }
}

type Made = ReturnType<typeof recipeOf>;

// Of a store that is never edited: those of namespaces that are long gone are forgotten with the others.
const mostNamespaces = 1_000;

interface Question {
  readonly ref: StoreRef;
  readonly namespace: string;
  readonly asked: ValueRef;
  readonly subject: string;
}

type Failed = Extract<Resolution, { kind: "failed" }>;

function failed(reason: Failure["reason"], ref: StoreRef, subject: string, what: string): Failed {
  return { kind: "failed", failure: { reason, message: `${subject}: ${ref.kind} ${ref.name} ${what}` } };
}

/** Pending until it was looked at once, or could not be. */
function notLookedUp({ lookUpFailed }: { readonly lookUpFailed?: string }, { ref, subject }: Question): Resolution {
  const unknown = failed("StoreNotReady", ref, subject, lookUpFailed ?? "is being looked at");
  return { ...unknown, pending: lookUpFailed === undefined };
}

function refusedBy(failure: Failure, subject: string): Resolution {
  return { kind: "failed", failure: { ...failure, message: `${subject}: ${failure.message}` } };
}

function withSubject(failure: Failure | undefined, subject: string): Failure | undefined {
  return failure && { ...failure, message: `${subject}: ${failure.message}` };
}
