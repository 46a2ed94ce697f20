import type { Failure } from "../../api/conditions.ts";
import type { Content, RenderJob, Result } from "../contract.ts";
import { fail, succeed } from "../result.ts";
import type { WorkerAnswer, WorkerRequest } from "./protocol.ts";

/** One job of the sandbox: what is sent, who waits for it, and whose fault it is if it has to be killed. */
export interface Job {
  readonly request: WorkerRequest;
  /** What its request takes, about. */
  readonly bytes: number;
  /** Jobs of one submitter share it: who had a job killed waits behind the others from then on. */
  readonly submitter: string;
  /** Hands over the worker's answer. */
  settle(answer: WorkerAnswer): void;
  /** Ends the job without an answer. */
  fail(failure: Failure): void;
  /** What is said when it took too long or too much; `done` templates were rendered before. */
  describeKill(what: string, done: number): Failure;
}

/** A job that renders; resolves with the outputs by name. */
export function renderJob(
  id: number,
  job: RenderJob,
  resolve: (result: Result<Readonly<Record<string, Content>>>) => void,
): Job {
  const templates = Object.entries(job.templates);
  const variables = Object.entries(job.variables);
  return {
    request: { id, kind: "render", templates, variables, forbidden: [...job.forbidden], uid: job.uid },
    bytes: variables.reduce((sum, [, content]) => sum + content.length, 0),
    submitter: `render:${job.uid}`,
    settle: (answer) => {
      if (answer.kind !== "rendered") return;
      resolve(answer.result.ok ? succeed(Object.fromEntries(answer.result.value)) : answer.result);
    },
    fail: (failure) => resolve({ ok: false, failure }),
    describeKill: (what, done) =>
      fail("TemplateFailed", `${templates[done]?.[0] ?? "a template"}: the template ${what}`).failure,
  };
}

/** A job that evaluates JMESPath. */
export function jmesPathJob(
  id: number,
  job: { readonly json: string; readonly expression: string },
  resolve: (result: Result<Content>) => void,
): Job {
  return {
    request: { id, kind: "jmesPath", ...job },
    bytes: job.json.length,
    submitter: `jmesPath:${job.expression}`,
    settle: (answer) => {
      if (answer.kind === "found") resolve(answer.result);
    },
    fail: (failure) => resolve({ ok: false, failure }),
    describeKill: (what) => fail("ValueInvalid", `jmesPath ${what}; make it simpler`).failure,
  };
}
