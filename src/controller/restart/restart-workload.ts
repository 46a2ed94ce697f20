import type { Failure } from "../../api/conditions.ts";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import { describeRefusal } from "./refusal.ts";
import {
  type RestartRequest,
  restartPatch,
  type Workload,
  type WorkloadObject,
  workloadOf,
  workloadType,
} from "./workload.ts";

export type RestartResult =
  | "restarted"
  /** Somebody else has restarted it for this data version already. */
  | "marked"
  /** Gone, made anew or changed again and again: to be looked at again. */
  | "raced"
  | { readonly failure: Failure };

export interface RestartContext {
  readonly client: KubernetesClient;
  readonly namespace: string;
  readonly fieldManager: string;
}

// A workload's status is written often while it rolls out.
const mostAttempts = 4;

/**
 * Restarts one workload, exactly this object in exactly the state in which it was seen not to carry the number yet: so two
 * processes cannot both restart it. Rejects with an ApiError where the API server does not answer.
 */
export async function restartWorkload(
  workload: Workload,
  request: RestartRequest,
  context: RestartContext,
): Promise<RestartResult> {
  let seen: Workload | undefined = workload;
  for (let attempt = 1; attempt <= mostAttempts; attempt++) {
    if (seen?.uid !== workload.uid) return "raced";
    if (seen.marked >= request.dataVersion) return "marked";
    const answer = await patch(seen, request, context);
    if (answer !== "raced") return answer;
    seen = await look(seen, request, context);
  }
  return "raced";
}

async function patch(workload: Workload, request: RestartRequest, context: RestartContext): Promise<RestartResult> {
  const { kind, name } = workload;
  try {
    const ref = { namespace: context.namespace, name };
    const options = { fieldManager: context.fieldManager, metadataOnly: true };
    await context.client.mergePatch(workloadType(kind), ref, restartPatch(workload, request), options);
    return "restarted";
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    if (error.status === 409 || error.status === 404) return "raced";
    const failure = describeRefusal(error, `${kind}/${name}`);
    if (!failure) throw error;
    return { failure };
  }
}

async function look({ kind, name }: Workload, { cause }: RestartRequest, { client, namespace }: RestartContext) {
  const object = await client.get<WorkloadObject>(workloadType(kind), { namespace, name });
  return object && workloadOf(kind, object, cause);
}
