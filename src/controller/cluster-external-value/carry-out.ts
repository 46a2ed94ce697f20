import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { resourceTypes } from "../../kubernetes/resource-types.ts";
import { type ChildObject, fanOutFieldManager, isInStep, newChild, parentOf } from "./child.ts";
import { childPatch } from "./child-patch.ts";
import type { FanOutModel } from "./fan-out-model.ts";
import type { FailingNamespace } from "./fan-out-status.ts";
import type { FanOutPlan } from "./plan-fan-out.ts";

export interface CarriedOut {
  /** What the API server refuses, by namespace. */
  readonly refused: readonly FailingNamespace[];
  /** Somebody else was quicker somewhere: look again. */
  readonly raced: boolean;
}

type Done = "done" | "raced" | FailingNamespace;

const type = resourceTypes.externalValues;
// So that a thousand namespaces neither queue up one behind the other nor all at once before the API server.
const atATime = 10;

/** Makes, changes and removes ExternalValues. Rejects with an ApiError where the API server does not answer. */
export async function carryOut(plan: FanOutPlan, model: FanOutModel, client: KubernetesClient): Promise<CarriedOut> {
  const writes = [
    ...plan.create.map((namespace) => () => create(namespace, model, client)),
    ...plan.update.map((child) => () => update(child, model, client)),
  ];
  const written = await inTurns(writes);
  const removed = await remove(plan, model, client);
  const all = [...written, ...removed];
  return {
    refused: all.flatMap((done) => (typeof done === "object" ? done : [])),
    raced: all.includes("raced"),
  };
}

async function inTurns(writes: readonly (() => Promise<Done>)[]): Promise<Done[]> {
  const done: Done[] = [];
  for (let at = 0; at < writes.length; at += atATime) {
    done.push(...(await Promise.all(writes.slice(at, at + atATime).map((write) => write()))));
  }
  return done;
}

/** A POST, which cannot overwrite. */
async function create(namespace: string, model: FanOutModel, client: KubernetesClient): Promise<Done> {
  const child = newChild(model, namespace);
  return await attempt(namespace, () =>
    client.create(type, child, { fieldManager: fanOutFieldManager, metadataOnly: true }),
  );
}

/** Read fresh: the watched copy tells neither who holds what, nor whether it has changed hands meanwhile. */
async function update({ metadata }: ChildObject, model: FanOutModel, client: KubernetesClient): Promise<Done> {
  const { namespace = "", name } = metadata;
  return await attempt(namespace, async () => {
    const live = await client.get<ChildObject>(type, { namespace, name });
    if (!live || parentOf(live)?.uid !== model.uid || isInStep(live, model.child)) return;
    const options = { fieldManager: fanOutFieldManager, metadataOnly: true };
    await client.mergePatch(type, { namespace, name }, childPatch(live, model), options);
  });
}

/** Only on behalf of a ClusterExternalValue that lives and still says so. */
async function remove({ remove: surplus }: FanOutPlan, model: FanOutModel, client: KubernetesClient): Promise<Done[]> {
  if (surplus.length === 0) return [];
  if (!(await isCurrent(model, client))) return ["raced"];
  return await inTurns(surplus.map((child) => () => removeOne(child, model, client)));
}

async function removeOne({ metadata }: ChildObject, model: FanOutModel, client: KubernetesClient): Promise<Done> {
  const { namespace = "", name } = metadata;
  return await attempt(namespace, async () => {
    const live = await client.getMetadata(type, { namespace, name });
    if (live?.metadata.uid !== metadata.uid || !live || parentOf(live)?.uid !== model.uid) return;
    const { uid = "", resourceVersion = "" } = live.metadata;
    await client.delete(type, { namespace, name }, { uid, resourceVersion });
  });
}

async function isCurrent(model: FanOutModel, client: KubernetesClient): Promise<boolean> {
  const fresh = await client.get<KubernetesObject>(resourceTypes.clusterExternalValues, { name: model.name });
  const { uid, generation, deletionTimestamp } = fresh?.metadata ?? {};
  return uid === model.uid && generation === model.generation && deletionTimestamp === undefined;
}

async function attempt(namespace: string, write: () => Promise<unknown>): Promise<Done> {
  try {
    await write();
    return "done";
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // There already, changed, gone with its namespace, or its namespace is going: the watch tells what is true now.
    if (error.status === 409 || error.status === 404 || isTerminating(error)) return "raced";
    if (error.status === 403 || error.status === 422 || error.status === 400) {
      return {
        namespace,
        reason: "WriteRefused",
        message: `the API server refuses the ExternalValue: ${error.message}`,
      };
    }
    throw error;
  }
}

/** A namespace that is being deleted refuses with 403 and this cause (Kubernetes, NamespaceLifecycle admission). */
function isTerminating(error: ApiError): boolean {
  return error.causes.some(({ reason }) => reason === "NamespaceTerminating");
}
