import { type ChildProcess, spawn } from "node:child_process";
import { hostExits, hostScript } from "./host-script.ts";
import { sandboxRole, type WorkerAnswer, type WorkerRequest } from "./protocol.ts";

export interface WorkerOptions {
  /** Megabytes of heap that the worker may use before it is ended. Default 128. */
  readonly maxHeapMegabytes: number;
  /** Milliseconds that the worker may take to load. Default 30,000. */
  readonly startTimeoutMs: number;
}

/** Why a worker ended by itself. */
export type WorkerEnd = "memory" | "fault" | "start";

export interface WorkerEvents {
  onReady(): void;
  onAnswer(answer: WorkerAnswer): void;
  /** Not called after `end`. */
  onEnd(cause: WorkerEnd): void;
}

/** A running worker. */
export interface WorkerHandle {
  readonly ready: boolean;
  send(request: WorkerRequest): void;
  /** Whether this process waits for it. */
  keepAlive(wanted: boolean): void;
  /** Ends it at once, whatever it does. */
  end(): Promise<void>;
}

/**
 * Starts a worker thread in a process of its own. In ours it would not be fenced off: V8 aborts the whole process where a
 * thread allocates much at once beyond its limit (a list flattened to 400 million elements did), and a thread that is
 * inside a built-in function cannot be ended. The process has an empty environment: no credential is in there.
 */
export function startWorker(url: URL, options: WorkerOptions, events: WorkerEvents): WorkerHandle {
  const child = spawnHost(url, options);
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  let state: "starting" | "ready" | "ended" = "starting";
  const timer = setTimeout(() => finish("start"), options.startTimeoutMs);

  function finish(cause: WorkerEnd): void {
    if (state === "ended") return;
    clearTimeout(timer);
    const failedToStart = state === "starting";
    state = "ended";
    child.kill("SIGKILL");
    events.onEnd(failedToStart ? "start" : cause);
  }

  child.on("message", (answer: WorkerAnswer) => {
    if (state === "ended") return;
    if (answer.kind !== "ready") {
      events.onAnswer(answer);
      return;
    }
    clearTimeout(timer);
    state = "ready";
    events.onReady();
  });
  child.on("error", () => finish("fault"));
  // A signal is V8's abort, or the kernel's, for want of memory.
  child.on("exit", (code, signal) => finish(signal !== null || code === hostExits.outOfMemory ? "memory" : "fault"));
  return {
    get ready() {
      return state === "ready";
    },
    // A worker that has just died is reported by its exit.
    send: (request) => void child.send(request, () => undefined),
    keepAlive: (wanted) => keepAlive(child, wanted),
    async end() {
      state = "ended";
      clearTimeout(timer);
      keepAlive(child, true);
      child.kill("SIGKILL");
      await exited;
    },
  };
}

function spawnHost(url: URL, { maxHeapMegabytes }: WorkerOptions): ChildProcess {
  const script = ["--input-type=module", "--eval", hostScript];
  const parameters = [url.href, JSON.stringify(sandboxRole), String(maxHeapMegabytes)];
  return spawn(process.execPath, ["--max-semi-space-size=1", ...script, "--", ...parameters], {
    env: {},
    serialization: "advanced",
    stdio: ["ignore", "ignore", "ignore", "ipc"],
  });
}

function keepAlive(child: ChildProcess, wanted: boolean): void {
  for (const handle of [child, child.channel]) {
    if (wanted) handle?.ref();
    else handle?.unref();
  }
}
