import type { Failure } from "../../api/conditions.ts";
import type { TargetKind } from "../../api/model.ts";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import type { ResourceType } from "../../kubernetes/objects.ts";
import { resourceTypes } from "../../kubernetes/resource-types.ts";
import type { TargetOwner } from "./desired.ts";
import { type DesiredShape, type TargetObject, targetObject } from "./desired.ts";
import { isHeldByAlone } from "./managed-fields.ts";
import { type ObservedTarget, type TargetMemo, unfinishedShape } from "./observation.ts";
import { observeTarget } from "./observe.ts";
import type { TargetWrite } from "./plan-target.ts";

export type TargetResult =
  | { readonly kind: "written"; readonly memo: TargetMemo }
  /** Somebody else wrote first: read and plan again. */
  | { readonly kind: "raced"; readonly holdsData: boolean }
  /** `memo`: the target as it was left, where it holds the data and its count, and only the rest was refused. */
  | { readonly kind: "refused"; readonly failure: Failure; readonly memo?: TargetMemo };

/** The target as of the last request that brought it the data: one that follows may fail. */
interface Progress {
  object?: TargetObject;
}

export interface WriteContext {
  readonly client: KubernetesClient;
  readonly owner: TargetOwner;
  readonly fieldManager: string;
  readonly signal?: AbortSignal;
}

export const resourceTypeOf: Readonly<Record<TargetKind, ResourceType>> = {
  Secret: resourceTypes.secrets,
  ConfigMap: resourceTypes.configMaps,
};

/**
 * Carries out one write. A creation is a POST, which cannot overwrite; an update carries uid and resourceVersion inside
 * the apply, which can neither overwrite another's write nor create (architecture.md, "Scale"). Rejects with an
 * ApiError where the API server could not answer; what it refuses for good comes back as `refused`.
 */
export async function applyTarget(write: TargetWrite, context: WriteContext): Promise<TargetResult> {
  const progress: Progress = {};
  try {
    const object = await send(write, context, progress);
    progress.object = object;
    const settled = await dropLeftovers(object, write, context);
    return { kind: "written", memo: memoOf(settled, write) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return ended(error, write, progress);
  }
}

function ended(error: ApiError, write: TargetWrite, { object }: Progress): TargetResult {
  if (error.status === 409 || error.status === 404) return { kind: "raced", holdsData: object !== undefined };
  const failure = refusal(error, write);
  if (!failure) throw error;
  // The rest is asked for again.
  const left = object && { ...memoOf(object, write), shapePrint: unfinishedShape };
  return { kind: "refused", failure, ...(left ? { memo: left } : {}) };
}

async function send(write: TargetWrite, context: WriteContext, progress: Progress): Promise<TargetObject> {
  const type = resourceTypeOf[write.composed.kind];
  const place = { namespace: context.owner.namespace, dataVersion: write.dataVersion };
  if (exchangesData(write)) {
    const ref = { namespace: place.namespace, name: write.composed.name };
    const exchanged = await context.client.mergePatch<TargetObject>(
      type,
      ref,
      exchangePatch(write, place),
      options(context, {}),
    );
    if (write.thenApplies !== true) return exchanged;
    progress.object = exchanged;
    return await update({ ...write, live: liveOf(exchanged) }, context, progress);
  }
  if (write.how === "update") return await update(write, context, progress);
  if (write.how === "recreate" && write.live) {
    const created = await tryOut(write, context);
    if (created) return created;
    await context.client.delete(type, { namespace: place.namespace, name: write.composed.name }, write.live);
  }
  return await create(write, context);
}

/** What was asked for is what stands: the metadata is all that is read of the answer, and no data comes back. */
async function create({ composed, shape, dataVersion }: TargetWrite, context: WriteContext): Promise<TargetObject> {
  const object = targetObject(composed, shape, { namespace: context.owner.namespace, dataVersion });
  const { metadata } = await context.client.create(
    resourceTypeOf[composed.kind],
    object,
    options(context, { metadataOnly: true }),
  );
  return { ...object, ...(composed.kind === "Secret" ? { type: shape.type ?? "Opaque" } : {}), metadata };
}

/**
 * An apply. That a key of a ConfigMap changes between `data` and `binaryData` it cannot say where our creating POST holds
 * the key, and is refused: then the data goes first, by an exchange.
 */
async function update(write: TargetWrite, context: WriteContext, progress: Progress): Promise<TargetObject> {
  const { composed, shape, dataVersion } = write;
  const type = resourceTypeOf[composed.kind];
  const place = { namespace: context.owner.namespace, dataVersion };
  const apply = async (live: TargetWrite["live"]) =>
    await context.client.apply(type, targetObject(composed, shape, place, live), options(context, { force: true }));
  try {
    return await apply(write.live);
  } catch (error) {
    if (composed.kind !== "ConfigMap" || !(error instanceof ApiError) || error.status !== 422) throw error;
    const ref = { namespace: place.namespace, name: composed.name };
    const patched = await context.client.mergePatch<TargetObject>(
      type,
      ref,
      exchangePatch(write, place),
      options(context, {}),
    );
    progress.object = patched;
    return await apply(liveOf(patched));
  }
}

const liveOf = ({ metadata: { uid = "", resourceVersion = "" } }: TargetObject) => ({ uid, resourceVersion });

/** Keys go, or may change between `data` and `binaryData`, which the API server takes only where both happen at once. */
function exchangesData({ how, removes, composed }: TargetWrite): boolean {
  return how === "update" && removes !== undefined && (removes.length > 0 || composed.kind === "ConfigMap");
}

/** New data in, old keys out, with the count of it, in one request; uid and resourceVersion make it conditional. */
function exchangePatch(
  write: TargetWrite,
  place: { readonly namespace: string; readonly dataVersion: number },
): object {
  const { metadata, data, binaryData } = targetObject(write.composed, write.shape, place, write.live);
  const { labels, annotations } = metadata;
  const gone = nulls(write.removes ?? []);
  return {
    // Not the owners: a merge patch would replace the list, and they are in order.
    metadata: { ...write.live, labels, annotations },
    data: { ...gone, ...nulls(Object.keys(binaryData ?? {})), ...data },
    ...(write.composed.kind === "ConfigMap"
      ? { binaryData: { ...gone, ...nulls(Object.keys(data ?? {})), ...binaryData } }
      : {}),
  };
}

/**
 * Before anything is deleted: the API server checks an object before it finds that one of that name exists, so what it
 * would refuse to make again is refused here, while the old one still stands. Undefined: all is well.
 */
async function tryOut(write: TargetWrite, context: WriteContext): Promise<TargetObject | undefined> {
  try {
    return await create(write, context);
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return undefined;
    throw error;
  }
}

/**
 * What an apply leaves behind: keys of other managers under Owner, and what our own creating POST still holds, since an
 * apply removes only what no other manager holds (tried on 1.36).
 */
async function dropLeftovers(object: TargetObject, write: TargetWrite, context: WriteContext): Promise<TargetObject> {
  if (write.how !== "update") return object;
  const observed = observeTarget(write.composed.kind, object, context.fieldManager);
  const patch = leftoverPatch(observed, object, write, context);
  if (!patch) return object;
  const ref = { namespace: context.owner.namespace, name: write.composed.name };
  return await context.client.mergePatch<TargetObject>(
    resourceTypeOf[write.composed.kind],
    ref,
    { ...patch, metadata: { ...patch.metadata, uid: observed.uid, resourceVersion: observed.resourceVersion } },
    options(context, {}),
  );
}

interface LeftoverPatch {
  readonly metadata: object;
  readonly data?: object;
  readonly binaryData?: object;
}

function leftoverPatch(
  observed: ObservedTarget,
  object: TargetObject,
  { composed, shape }: TargetWrite,
  { owner, fieldManager }: WriteContext,
): LeftoverPatch | undefined {
  const surplus = (keys: readonly string[]): string[] =>
    keys.filter(
      (key) =>
        !composed.data.has(key) && (shape.exclusive || isHeldByAlone(observed.keyManagers.get(key), fieldManager)),
    );
  const data = surplus(Object.keys(object.data ?? {}));
  const binaryData = surplus(Object.keys(object.binaryData ?? {}));
  const metadata = surplusMetadata(observed, shape, owner);
  if (data.length + binaryData.length === 0 && !metadata) return undefined;
  return {
    metadata: metadata ?? {},
    ...(data.length > 0 ? { data: nulls(data) } : {}),
    ...(binaryData.length > 0 ? { binaryData: nulls(binaryData) } : {}),
  };
}

function surplusMetadata(observed: ObservedTarget, shape: DesiredShape, owner: TargetOwner): object | undefined {
  const labels = [...observed.ownLabels].filter((name) => !Object.hasOwn(shape.labels, name));
  const annotations = [...observed.ownAnnotations].filter((name) => !Object.hasOwn(shape.annotations, name));
  const disown = shape.ownerReferences.length === 0 && observed.ownerReferences.some(({ uid }) => uid === owner.uid);
  if (labels.length + annotations.length === 0 && !disown) return undefined;
  return {
    ...(labels.length > 0 ? { labels: nulls(labels) } : {}),
    ...(annotations.length > 0 ? { annotations: nulls(annotations) } : {}),
    ...(disown ? { ownerReferences: observed.ownerReferences.filter(({ uid }) => uid !== owner.uid) } : {}),
  };
}

const nulls = (names: readonly string[]): Record<string, null> => Object.fromEntries(names.map((name) => [name, null]));

function memoOf(object: TargetObject, write: TargetWrite): TargetMemo {
  return {
    uid: object.metadata.uid ?? "",
    resourceVersion: object.metadata.resourceVersion ?? "",
    ...write.prints,
    dataVersion: write.dataVersion,
    keys: new Set(write.composed.data.keys()),
    type: object.type ?? "",
    immutable: object.immutable === true,
    merged: write.merged,
  };
}

/** What the API server refuses for good, as a failure for the user; undefined where trying again may help. */
function refusal(error: ApiError, { composed }: TargetWrite): Failure | undefined {
  const target = `${composed.kind}/${composed.name}`;
  if (error.status === 413) {
    return {
      reason: "TooLarge",
      message: `${target} is larger than the API server accepts (1 MiB); route fewer keys to it`,
    };
  }
  if (error.status === 400 || error.status === 422) {
    const fields = error.causes.map(({ field }) => field).filter((field) => field !== "");
    const where = fields.length > 0 ? ` (${fields.slice(0, 5).join(", ")})` : "";
    return { reason: "ValueInvalid", message: `the API server refuses ${target}${where}: ${error.message}` };
  }
  if (error.status === 403) {
    return { reason: "TargetConflict", message: `the API server forbids writing ${target}: ${error.message}` };
  }
  return undefined;
}

function options<T extends object>(context: WriteContext, more: T): T & { fieldManager: string; signal?: AbortSignal } {
  return { ...more, fieldManager: context.fieldManager, ...(context.signal ? { signal: context.signal } : {}) };
}
