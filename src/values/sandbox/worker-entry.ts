import { parentPort } from "node:worker_threads";
import { createRenderer } from "../liquid/render.ts";
import { fail } from "../result.ts";
import { evaluateJmesPath } from "./jmes-path.ts";
import type { WorkerAnswer, WorkerRequest } from "./protocol.ts";

/**
 * The worker's side of the sandbox: call it where `isSandboxRole(workerData)` holds, and do nothing else in that thread.
 * It has no environment, opens no file and no connection, and keeps nothing from one job to the next.
 */
export function runSandboxWorker(): void {
  const port = parentPort;
  if (port === null) throw new Error("the sandbox must run in a worker thread");
  // Here `__proto__` is a key like any other, whatever a library does with it.
  Reflect.deleteProperty(Object.prototype, "__proto__");
  const post = (answer: WorkerAnswer): void => port.postMessage(answer);
  const render = createRenderer();
  port.on("message", (request: WorkerRequest) => post(answerTo(request, render, post)));
  post({ kind: "ready" });
}

function answerTo(
  request: WorkerRequest,
  render: ReturnType<typeof createRenderer>,
  post: (answer: WorkerAnswer) => void,
): WorkerAnswer {
  const { id } = request;
  try {
    if (request.kind === "jmesPath") {
      return { kind: "found", id, result: evaluateJmesPath(request.json, request.expression) };
    }
    return { kind: "rendered", id, result: render(request, () => post({ kind: "progress", id })) };
  } catch (error) {
    // Not the message, which may quote what was worked on.
    const kind = error instanceof Error ? error.constructor.name : typeof error;
    const result = fail("InternalError", `the sandbox failed with a ${kind}`);
    return request.kind === "jmesPath" ? { kind: "found", id, result } : { kind: "rendered", id, result };
  }
}
