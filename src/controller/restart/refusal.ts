import type { Failure } from "../../api/conditions.ts";
import type { ApiError } from "../../kubernetes/client.ts";

/** What the API server refuses for good, as a failure for people; undefined where trying again may help. */
export function describeRefusal(error: ApiError, subject: string): Failure | undefined {
  switch (error.status) {
    case 403:
      return failed(
        `${subject} cannot be restarted: the API server forbids it (${error.message}); set restarts.enabled in the chart`,
      );
    case 404:
      return failed(`${subject} cannot be restarted: this cluster has no such kind; install Argo Rollouts`);
    case 400:
    case 422:
      return failed(`${subject} cannot be restarted: the API server refuses it (${error.message})`);
    default:
      return undefined;
  }
}

const failed = (message: string): Failure => ({ reason: "RestartFailed", message });
