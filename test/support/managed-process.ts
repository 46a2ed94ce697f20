import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { forget, reapOnExit } from "./reaper.ts";
import { withinTime } from "./time-limit.ts";

export interface ProcessSpec {
  /** For messages and the name of its log. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment. Default: that of this process. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** stdout and stderr go here. */
  readonly logFile: string;
  readonly cwd?: string;
}

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A process that cannot outlive this one (reaper.ts). */
export interface ManagedProcess {
  readonly name: string;
  readonly pid: number;
  readonly logFile: string;
  /** Undefined while it runs. */
  readonly exit: Exit | undefined;
  readonly exited: Promise<Exit>;
  /** What it has printed so far. */
  output(): string;
  signal(signal: NodeJS.Signals): void;
  /** SIGTERM, also to one that was stopped by SIGSTOP, and SIGKILL after `graceMs` (default 5,000). Idempotent. */
  stop(graceMs?: number): Promise<Exit>;
  /** SIGKILL; resolves when it has ended. */
  kill(): Promise<Exit>;
}

// Even a killed process may wait for a busy disk.
const killedWithinMs = 15_000;

export function startProcess(spec: ProcessSpec): ManagedProcess {
  const log = openSync(spec.logFile, "a");
  const child = spawn(spec.command, [...spec.args], {
    // A process group of its own: a Ctrl-C in the terminal goes to this process alone, which stops things in order.
    detached: true,
    stdio: ["ignore", log, log],
    env: spec.env ?? process.env,
    ...(spec.cwd === undefined ? {} : { cwd: spec.cwd }),
  });
  closeSync(log);
  child.unref();
  const pid = child.pid;
  let exit: Exit | undefined;
  const exited = new Promise<Exit>((resolve, reject) => {
    child.once("error", (cause) => reject(new Error(`${spec.name} (${spec.command}) cannot be started`, { cause })));
    child.once("exit", (code, signal) => {
      exit = { code, signal };
      if (pid !== undefined) forget(pid);
      resolve(exit);
    });
  });
  // Whoever awaits it learns of a failed start; nobody has to.
  exited.catch(() => undefined);
  if (pid !== undefined) reapOnExit(pid);

  return {
    name: spec.name,
    pid: pid ?? 0,
    logFile: spec.logFile,
    get exit() {
      return exit;
    },
    exited,
    output: () => readFileSync(spec.logFile, "utf8"),
    signal(signal) {
      if (exit === undefined) child.kill(signal);
    },
    async stop(graceMs = 5_000) {
      if (exit !== undefined) return exit;
      child.ref();
      child.kill("SIGTERM");
      child.kill("SIGCONT");
      const timer = setTimeout(() => child.kill("SIGKILL"), graceMs);
      try {
        return await withinTime(exited, graceMs + killedWithinMs, `the end of ${spec.name} (process ${pid})`);
      } finally {
        clearTimeout(timer);
      }
    },
    async kill() {
      if (exit !== undefined) return exit;
      child.ref();
      child.kill("SIGKILL");
      return await withinTime(exited, killedWithinMs, `the end of ${spec.name} (process ${pid}) by SIGKILL`);
    },
  };
}

/** The last lines of what a process printed, for the message of a failure. */
export function tail(process: ManagedProcess, lines = 15): string {
  const last = process
    .output()
    .trimEnd()
    .split("\n")
    .slice(-lines)
    .map((line) => line.slice(0, 400));
  return `the last lines of ${process.name}:\n  ${last.join("\n  ")}`;
}
