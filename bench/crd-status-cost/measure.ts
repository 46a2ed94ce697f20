import { readFileSync } from "node:fs";

/**
 * CPU time that a process has used, or one thread of it (`<pid>/task/<tid>`), in milliseconds; in steps of 10 (proc(5):
 * utime, stime in ticks of 1/100 s).
 */
export function cpuMilliseconds(pid: number | string): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The name in parentheses may hold spaces; utime and stime are the 12th and 13th field behind it.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

export function median(samples: readonly number[]): number {
  const sorted = [...samples].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
