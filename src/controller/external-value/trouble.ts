import type { Failure } from "../../api/conditions.ts";
import { ApiError } from "../../kubernetes/client.ts";
import { RacedError } from "./settle.ts";

const bug: Failure = {
  reason: "InternalError",
  message: "a bug in the operator: it tries again, and its log has the stack; the targets stay as they are",
};

/**
 * What the status says of a visit that threw; undefined: nothing, since it passes by itself. What the API server forbids
 * or finds invalid (403, 422) stays so until somebody acts, and would else stand in the log alone.
 */
export function troubleOf(error: unknown): Failure | undefined {
  if (error instanceof RacedError) return undefined;
  if (!(error instanceof ApiError)) return bug;
  return isRefusal(error) ? { reason: "TargetConflict", message: refusalMessage(error) } : undefined;
}

/** Trying again does not help. */
export function isRefusal({ status }: ApiError): boolean {
  return status === 403 || status === 422;
}

function refusalMessage({ status, message }: ApiError): string {
  const remedy = status === 403 ? "allow it to the operator's ServiceAccount" : "correct the spec";
  return `the API server refuses a request (${message}); ${remedy}. It is tried again; the targets stay as they are`;
}
