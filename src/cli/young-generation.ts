import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";

/**
 * Keeps V8's young generation small, and malloc to two arenas: left to themselves they grow by tens of MiB of garbage
 * between two collections and of free blocks (docs/benchmarks.md). Both are fixed when a process begins, so the operator
 * starts itself again, in the same process, before anything is loaded: some 0.15 s of CPU. With flags set later the
 * young generation would stay at the 1 MiB that it begins with, and cost twice the collections.
 */
const flags = ["--max-semi-space-size=4"];
const arenas = { MALLOC_ARENA_MAX: "2" };

const given = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""];
const isOperator = isMainThread && process.argv[2] === "controller";

// What the user says of it wins.
if (isOperator && !given.some((each) => each.includes("semi-space"))) {
  if (process.execve === undefined || process.platform === "win32") setFlagsFromString("--semi-space-growth-factor=1");
  else process.execve(process.execPath, argumentsWith(flags), { ...arenas, ...process.env });
}

function argumentsWith(more: readonly string[]): string[] {
  return [process.execPath, ...more, ...process.execArgv, ...process.argv.slice(1)];
}
