import { Worker } from "node:worker_threads";
import { sandboxRole, type WorkerAnswer, type WorkerRequest } from "./protocol.ts";

export interface WorkerOptions {
  /** Megabytes of heap that the worker may use before it is ended. Default 128. */
  readonly maxHeapMegabytes: number;
  /** Milliseconds that the worker may take to load. Default 30,000. */
  readonly startTimeoutMs: number;
}

export interface WorkerEvents {
  onReady(): void;
  onAnswer(answer: WorkerAnswer): void;
  /** It has ended by itself. Not called after `end`. */
  onEnd(cause: "memory" | "fault" | "start"): void;
}

/** A running worker. */
export interface WorkerHandle {
  readonly ready: boolean;
  send(request: WorkerRequest): void;
  /** Whether the process waits for it. */
  keepAlive(wanted: boolean): void;
  /** Ends it at once, whatever it does. */
  end(): Promise<void>;
}

/** Starts a worker with a bounded heap and an empty environment: no credential of the operator is in its reach. */
export function startWorker(url: URL, options: WorkerOptions, events: WorkerEvents): WorkerHandle {
  const worker = new Worker(url, {
    name: "external-values-sandbox",
    workerData: sandboxRole,
    env: {},
    argv: [],
    resourceLimits: { maxOldGenerationSizeMb: options.maxHeapMegabytes, maxYoungGenerationSizeMb: 8, stackSizeMb: 2 },
  });
  let state: "starting" | "ready" | "ended" = "starting";
  const timer = setTimeout(() => finish("start"), options.startTimeoutMs);

  function finish(cause: "memory" | "fault" | "start"): void {
    if (state === "ended") return;
    clearTimeout(timer);
    const failedToStart = state === "starting";
    state = "ended";
    events.onEnd(failedToStart ? "start" : cause);
  }

  worker.on("message", (answer: WorkerAnswer) => {
    if (state === "ended") return;
    if (answer.kind !== "ready") return events.onAnswer(answer);
    clearTimeout(timer);
    state = "ready";
    events.onReady();
  });
  worker.on("error", (error: unknown) => finish(isOutOfMemory(error) ? "memory" : "fault"));
  worker.on("exit", () => finish("fault"));
  return {
    get ready() {
      return state === "ready";
    },
    send: (request) => worker.postMessage(request),
    keepAlive: (wanted) => (wanted ? worker.ref() : worker.unref()),
    async end() {
      state = "ended";
      clearTimeout(timer);
      await worker.terminate();
    },
  };
}

function isOutOfMemory(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY";
}
