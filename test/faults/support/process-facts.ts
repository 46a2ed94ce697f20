import { readdirSync, readFileSync } from "node:fs";
import { type ManagedProcess, startProcess } from "../../support/managed-process.ts";

/** Resident memory of a process, in MiB (proc(5), VmRSS). */
export function residentMiB(pid: number): number {
  const match = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"));
  return Number(match?.[1] ?? 0) / 1024;
}

/** Open file descriptors of a process: sockets, files, timers. */
export function openHandles(pid: number): number {
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** The command and the arguments that a process was started with. */
export function commandLineOf(pid: number): readonly string[] {
  return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0").slice(0, -1);
}

/** Starts a process again that has been killed, exactly as it was: same ports, same data. */
export function startAgain(killed: ManagedProcess, commandLine: readonly string[]): ManagedProcess {
  const [command = "", ...args] = commandLine;
  return startProcess({ name: killed.name, command, args, logFile: killed.logFile });
}
