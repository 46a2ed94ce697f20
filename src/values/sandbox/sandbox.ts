import type { Failure } from "../../api/conditions.ts";
import type { Content, RenderJob, Result, Sandbox } from "../contract.ts";
import { fail } from "../result.ts";
import { type Job, jmesPathJob, renderJob } from "./jobs.ts";
import { createWaitingLine } from "./waiting-line.ts";
import { startWorker, type WorkerEnd, type WorkerHandle, type WorkerOptions } from "./worker-handle.ts";

export interface SandboxOptions extends Partial<WorkerOptions> {
  /** The file that the worker runs: worker-thread.ts, or the bundle itself, which looks at `isSandboxRole`. */
  readonly workerUrl: URL;
  /** Milliseconds that one template or one JMESPath may take. Default 1000. */
  readonly timeoutMs?: number;
  /** Milliseconds without a job after which the worker is ended, to give its memory back. Default 60,000. */
  readonly idleMs?: number;
}

/** Templates of one job beyond this many times the limit have to share it. */
const mostLimitsPerJob = 5;
/** So many jobs, or bytes, are with the worker at a time, so that it need not wait for the next. */
const mostInFlight = 32;
const mostBytesInFlight = 1024 * 1024;

/**
 * A sandbox with one worker, started with the first job and ended when it has been idle for long. Jobs are served one at a time. One that takes too long
 * or too much memory fails alone: its worker is ended, and the others go on in a new one.
 */
export function createSandbox(options: SandboxOptions): Sandbox {
  const { workerUrl, timeoutMs = 1000, maxHeapMegabytes = 128, startTimeoutMs = 30_000, idleMs = 60_000 } = options;
  const line = createWaitingLine();
  let inFlight: Job[] = [];
  let bytesInFlight = 0;
  let worker: WorkerHandle | undefined;
  let progress = { templates: 0, jobStarted: 0 };
  let timer: NodeJS.Timeout | undefined;
  let nextId = 1;
  let closed = false;

  function submit<T>(make: (id: number, resolve: (result: Result<T>) => void) => Job): Promise<Result<T>> {
    return new Promise((resolve) => {
      const job = make(nextId++, resolve);
      if (closed) return job.fail(closing);
      line.add(job);
      pump();
    });
  }

  function pump(): void {
    worker ??= startWorker(workerUrl, { maxHeapMegabytes, startTimeoutMs }, { onReady: pump, onAnswer, onEnd });
    if (!worker.ready) return;
    const idle = inFlight.length === 0;
    for (let job = nextJob(); job !== undefined; job = nextJob()) worker.send(job.request);
    if (idle && inFlight.length > 0) beginJob();
    worker.keepAlive(inFlight.length > 0);
  }

  function nextJob(): Job | undefined {
    if (inFlight.length >= mostInFlight || bytesInFlight >= mostBytesInFlight) return undefined;
    const job = line.next();
    if (job === undefined) return undefined;
    inFlight.push(job);
    bytesInFlight += job.bytes;
    return job;
  }

  function beginJob(): void {
    progress = { templates: 0, jobStarted: performance.now() };
    armTimer();
  }

  function armTimer(): void {
    clearTimeout(timer);
    if (inFlight.length === 0) {
      timer = setTimeout(endWorker, idleMs).unref();
      return;
    }
    const left = progress.jobStarted + mostLimitsPerJob * timeoutMs - performance.now();
    timer = setTimeout(onTimeout, Math.min(timeoutMs, left));
  }

  function onAnswer(answer: Parameters<Job["settle"]>[0]): void {
    const [job] = inFlight;
    if (answer.kind === "ready" || job === undefined || answer.id !== job.request.id) return;
    if (answer.kind === "progress") {
      progress = { ...progress, templates: progress.templates + 1 };
      armTimer();
      return;
    }
    takeHead();
    line.mark(job.submitter, false);
    job.settle(answer);
    beginJob();
    pump();
  }

  function onTimeout(): void {
    const [job] = inFlight;
    const before = progress;
    // Answers may be waiting where this thread itself was busy: they are heard first.
    setImmediate(() => {
      if (job === undefined || inFlight[0] !== job || progress !== before) return;
      endWorker();
      removeHead(job, job.describeKill(`took longer than ${timeoutMs / 1000} s`, progress.templates));
    });
  }

  /** The worker has ended by itself: out of memory, a fault of ours, or it never started. */
  function onEnd(cause: WorkerEnd): void {
    endWorker();
    const [job] = inFlight;
    if (cause === "start") failAll(neverStarted);
    else if (job) removeHead(job, cause === "memory" ? job.describeKill(tooMuch, progress.templates) : ended);
  }

  /** The job that was being worked on fails alone; those behind it were not begun, and begin anew. */
  function removeHead(job: Job, failure: Failure): void {
    takeHead();
    line.mark(job.submitter, true);
    requeue();
    job.fail(failure);
    if (line.waiting()) pump();
  }

  function takeHead(): void {
    bytesInFlight -= inFlight.shift()?.bytes ?? 0;
  }

  function requeue(): void {
    line.putBack(inFlight);
    inFlight = [];
    bytesInFlight = 0;
  }

  function endWorker(): void {
    clearTimeout(timer);
    void worker?.end();
    worker = undefined;
  }

  function failAll(failure: Failure): void {
    requeue();
    for (const job of line.drain()) job.fail(failure);
  }

  return {
    jmesPath: (json, expression) => submit<Content>((id, resolve) => jmesPathJob(id, { json, expression }, resolve)),
    render: (job: RenderJob) => submit<Readonly<Record<string, Content>>>((id, resolve) => renderJob(id, job, resolve)),
    async close() {
      closed = true;
      const ending = worker?.end();
      endWorker();
      failAll(closing);
      await ending;
    },
  };
}

const tooMuch = "needs too much memory";
const closing = fail("InternalError", "the operator is shutting down").failure;
const ended = fail("InternalError", "the sandbox's worker ended unexpectedly").failure;
const neverStarted = fail("InternalError", "the sandbox's worker does not start").failure;
