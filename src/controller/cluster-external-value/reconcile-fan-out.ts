import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Verdict } from "../queue/work-queue.ts";
import type { StoreRecords } from "../stores/store-records.ts";
import { type CarriedOut, carryOut } from "./carry-out.ts";
import { type ChildObject, standingOf } from "./child.ts";
import { type FanOutModel, type ParsedFanOut, parseClusterExternalValue } from "./fan-out-model.ts";
import { type FailingNamespace, type FanOutStatus, fanOutStatus, refusedStatus } from "./fan-out-status.ts";
import { type FanOutPlan, type NamespaceFacts, planFanOut } from "./plan-fan-out.ts";
import { knownFanOutStatus, type WrittenStatus, writeFanOutStatus } from "./write-fan-out-status.ts";

export interface FanOutServices {
  readonly client: KubernetesClient;
  readonly records: StoreRecords;
  /** The ClusterExternalValue as watched. */
  find(name: string): KubernetesObject | undefined;
  namespaces(): Iterable<NamespaceFacts>;
  /** An ExternalValue as watched. */
  findChild(namespace: string, name: string): ChildObject | undefined;
  /** Those that a ClusterExternalValue controls, by its uid. */
  childrenOf(uid: string): Iterable<ChildObject>;
}

export interface FanOutReconciler {
  reconcile(name: string): Promise<Verdict>;
  /** Those that are served, as last parsed. */
  models(): Iterable<FanOutModel>;
}

interface Memory {
  readonly uid: string;
  readonly generation: number;
  readonly parsed: ParsedFanOut;
  written?: WrittenStatus;
}

// Refused by a quota or an admission rule: it may heal without an event here.
const refusedMs = 60_000;
const racedMs = 1_000;

/** Keeps one ExternalValue in each matching namespace. When a ClusterExternalValue goes, garbage collection takes them. */
export function createFanOutReconciler(services: FanOutServices): FanOutReconciler {
  const memories = new Map<string, Memory>();

  const memoryOf = (object: KubernetesObject): Memory => {
    const { name, uid = "", generation = 0 } = object.metadata;
    const present = memories.get(name);
    if (present?.uid === uid && present.generation === generation) return present;
    const written = present?.uid === uid && present.written ? { written: present.written } : {};
    const made: Memory = { uid, generation, parsed: parseClusterExternalValue(object), ...written };
    memories.set(name, made);
    return made;
  };

  const conclude = async (object: KubernetesObject, memory: Memory): Promise<Verdict> => {
    const known = knownFanOutStatus(object, memory.written);
    const { parsed, generation } = memory;
    const { status, again } = parsed.ok
      ? await serve(parsed.value, services)
      : { status: refusedStatus(generation, parsed.failure, known.status ?? {}), again: undefined };
    const written = await writeFanOutStatus(object, status, known, services.client);
    if (written === "raced") return { afterMs: racedMs };
    memory.written = written;
    return again;
  };

  return {
    *models() {
      for (const { parsed } of memories.values()) if (parsed.ok) yield parsed.value;
    },
    async reconcile(name) {
      const object = services.find(name);
      if (!object || object.metadata.deletionTimestamp !== undefined) {
        memories.delete(name);
        return undefined;
      }
      const memory = memoryOf(object);
      if (memory.parsed.ok && isServedElsewhere(memory.parsed.value, services.records)) return undefined;
      return await conclude(object, memory);
    },
  };
}

/** As of the ExternalValues that it makes: the first store that exists says whose they are (served-here.ts). */
function isServedElsewhere({ stores }: FanOutModel, records: StoreRecords): boolean {
  const known = stores.map((store) => (store.kind === "ClusterValueStore" ? records.get(store, "") : undefined));
  return known.find((record) => record !== undefined)?.kind === "foreign";
}

async function serve(
  model: FanOutModel,
  services: FanOutServices,
): Promise<{ readonly status: FanOutStatus; readonly again: Verdict }> {
  const plan = planFanOut({
    model,
    namespaces: services.namespaces(),
    find: services.findChild,
    children: services.childrenOf(model.uid),
  });
  const done = await carryOut(plan, model, services.client);
  const status = fanOutStatus({ generation: model.generation, ...countedOf(plan, model, done, services) });
  const again = done.raced ? { afterMs: racedMs } : done.refused.length > 0 ? { afterMs: refusedMs } : undefined;
  return { status, again };
}

function countedOf(
  { matching, conflicts, absent }: FanOutPlan,
  model: FanOutModel,
  { refused }: CarriedOut,
  services: FanOutServices,
) {
  const failures = new Map<string, FailingNamespace>([
    ...refused.map((entry) => [entry.namespace, entry] as const),
    ...conflicts.map((namespace) => [namespace, conflictIn(namespace, model)] as const),
  ]);
  let ready = 0;
  for (const namespace of matching) {
    if (failures.has(namespace)) continue;
    const child = services.findChild(namespace, model.child.name);
    const standing = child && standingOf(child);
    if (standing?.kind === "ready") ready += 1;
    if (standing?.kind === "failing") failures.set(namespace, { namespace, ...reasonOf(standing) });
  }
  const failing = matching.flatMap((namespace) => failures.get(namespace) ?? []);
  return { matching: matching.length, ready, failing, absent };
}

const reasonOf = ({ reason, message }: { readonly reason: string; readonly message: string }) => ({ reason, message });

function conflictIn(namespace: string, { child }: FanOutModel): FailingNamespace {
  return {
    namespace,
    reason: "TargetConflict",
    message: `ExternalValue ${namespace}/${child.name} exists and is not controlled by this ClusterExternalValue; delete it, or set another externalValueName`,
  };
}
