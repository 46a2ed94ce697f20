import type { Failure } from "../../api/conditions.ts";
import type { ExternalValueModel, RestartItem } from "../../api/model.ts";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import { describeRefusal } from "./refusal.ts";
import { selectorText } from "./selector-text.ts";
import { type Workload, type WorkloadObject, workloadOf, workloadType } from "./workload.ts";

export interface FoundWorkloads {
  readonly workloads: readonly Workload[];
  readonly missing: readonly { readonly kind: string; readonly name: string }[];
  readonly failures: readonly Failure[];
}

/** Of the CRD: rows in a status. */
export const mostWorkloads = 256;

/**
 * Reads the workloads that `spec.restart` names or selects. What the API server refuses is a failure; where it does not
 * answer, an ApiError is thrown.
 */
export async function findWorkloads(model: ExternalValueModel, client: KubernetesClient): Promise<FoundWorkloads> {
  const found = new Map<string, Workload>();
  const missing = new Map<string, { readonly kind: string; readonly name: string }>();
  const failures: Failure[] = [];
  for (const item of model.restart) {
    const answer = await findItem(item, model, client);
    if ("failure" in answer) {
      failures.push(answer.failure);
      continue;
    }
    for (const workload of answer.workloads) found.set(`${workload.kind}/${workload.name}`, workload);
    if (answer.workloads.length === 0 && item.name !== undefined) {
      missing.set(`${item.kind}/${item.name}`, { kind: item.kind, name: item.name });
    }
  }
  const workloads = [...found.values()];
  if (workloads.length + missing.size > mostWorkloads) failures.push(tooMany(workloads.length));
  return {
    workloads: workloads.slice(0, mostWorkloads),
    missing: [...missing.values()].slice(0, Math.max(0, mostWorkloads - workloads.length)),
    failures,
  };
}

type Answer = { readonly workloads: readonly Workload[] } | { readonly failure: Failure };

async function findItem(item: RestartItem, model: ExternalValueModel, client: KubernetesClient): Promise<Answer> {
  try {
    const objects = await readItem(item, model.namespace, client);
    return { workloads: objects.flatMap((object) => workloadOf(item.kind, object, model) ?? []) };
  } catch (error) {
    const failure = error instanceof ApiError ? describeRefusal(error, describeItem(item)) : undefined;
    if (!failure) throw error;
    return { failure };
  }
}

async function readItem(
  { kind, name, selector }: RestartItem,
  namespace: string,
  client: KubernetesClient,
): Promise<readonly WorkloadObject[]> {
  const type = workloadType(kind);
  if (name !== undefined) {
    const object = await client.get<WorkloadObject>(type, { namespace, name });
    return object ? [object] : [];
  }
  const objects: WorkloadObject[] = [];
  let continueToken: string | undefined;
  do {
    const page = await client.list<WorkloadObject>(type, {
      namespace,
      labelSelector: selectorText(selector ?? {}),
      limit: mostWorkloads,
      ...(continueToken === undefined ? {} : { continueToken }),
    });
    objects.push(...page.items);
    continueToken = page.continueToken;
  } while (continueToken !== undefined && objects.length <= mostWorkloads);
  return objects;
}

function describeItem({ kind, name, selector }: RestartItem): string {
  return name === undefined ? `${kind}s with ${selectorText(selector ?? {})}` : `${kind}/${name}`;
}

function tooMany(count: number): Failure {
  return {
    reason: "RestartFailed",
    message: `spec.restart selects ${count} workloads; at most ${mostWorkloads} are restarted by one ExternalValue, so select fewer`,
  };
}
