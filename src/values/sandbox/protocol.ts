import type { Content, Result } from "../contract.ts";

/** What the sandbox asks of its worker. Answers come in the order of the requests. */
export type WorkerRequest = RenderRequest | JmesPathRequest;

export interface RenderRequest {
  readonly id: number;
  readonly kind: "render";
  /** Name and Liquid source. Pairs, not objects: a key may be called `__proto__`. */
  readonly templates: readonly (readonly [string, string])[];
  readonly variables: readonly (readonly [string, Content])[];
  readonly forbidden: readonly string[];
  readonly uid: string;
}

export interface JmesPathRequest {
  readonly id: number;
  readonly kind: "jmesPath";
  readonly json: string;
  readonly expression: string;
}

export type WorkerAnswer =
  | { readonly kind: "ready" }
  /** One more template of a job is rendered: the next has its own time. */
  | { readonly kind: "progress"; readonly id: number }
  | { readonly kind: "rendered"; readonly id: number; readonly result: Result<readonly (readonly [string, Content])[]> }
  | { readonly kind: "found"; readonly id: number; readonly result: Result<string> };

/** What the worker is told at its start: it begins with the same file as the program, and so knows that it is the worker. */
export const sandboxRole = { role: "sandbox" } as const;

/** Whether a thread's workerData says that it is the sandbox's worker. */
export function isSandboxRole(workerData: unknown): boolean {
  return typeof workerData === "object" && workerData !== null && "role" in workerData && workerData.role === "sandbox";
}
