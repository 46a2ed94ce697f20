import { readdirSync, readFileSync } from "node:fs";
import { cpuMilliseconds } from "../crd-status-cost/measure.ts";

/** CPU seconds of a process, its threads, and the processes that it started and that still run. Linux only. */
export function cpuSeconds(pid: number): number {
  return treeOf(pid).reduce((sum, member) => sum + cpuMilliseconds(member), 0) / 1000;
}

/** Of that, what the main thread of the process itself took: the rest is garbage collection beside it, and children. */
export function mainThreadCpuSeconds(pid: number): number {
  return cpuMilliseconds(`${pid}/task/${pid}`) / 1000;
}

export interface Memory {
  readonly nowMebibytes: number;
  /** The most since the process began. */
  readonly peakMebibytes: number;
}

/** Resident memory of the process and those that it started (proc(5): VmRSS, VmHWM). Their peaks are added up. */
export function memoryOf(pid: number): Memory {
  const members = treeOf(pid).map((member) => readFileSync(`/proc/${member}/status`, "utf8"));
  return { nowMebibytes: sumOf(members, "VmRSS"), peakMebibytes: sumOf(members, "VmHWM") };
}

function sumOf(statuses: readonly string[], field: string): number {
  const kibibytes = statuses.map((status) => Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(status)?.[1] ?? 0));
  return kibibytes.reduce((sum, each) => sum + each, 0) / 1024;
}

function treeOf(pid: number): number[] {
  const tasks = readdirSync(`/proc/${pid}/task`);
  const children = tasks.flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, "utf8").split(" ").filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(treeOf)];
}
