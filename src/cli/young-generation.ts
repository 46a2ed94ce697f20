import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";

/**
 * Keeps V8's young generation small, and malloc to two arenas: left to themselves they grow by tens of MiB of garbage
 * between two collections and of free blocks (docs/benchmarks.md). Both are fixed when a process begins, so the operator
 * starts itself again, in the same process, before anything else is loaded: some 0.05 s. With flags set later the
 * young generation would stay at the 1 MiB that it begins with, and cost twice the collections. What the user says of
 * either wins; once both are settled, as they are after the start, nothing more is done.
 */
const flags = ["--max-semi-space-size=8"];
const arenas = { MALLOC_ARENA_MAX: "2" };

const given = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""];
// V8 takes its options with underscores too.
const missing = given.some((each) => /semi[-_]space/.test(each)) ? [] : flags;
const isUnbounded = process.env["MALLOC_ARENA_MAX"] === undefined;
const isOperator = isMainThread && process.argv[2] === "controller";

if (isOperator && (missing.length > 0 || isUnbounded)) {
  if (process.execve !== undefined && process.platform !== "win32") {
    process.execve(process.execPath, argumentsWith(missing), { ...arenas, ...process.env });
  } else if (missing.length > 0) setFlagsFromString("--semi-space-growth-factor=1");
}

function argumentsWith(more: readonly string[]): string[] {
  return [process.execPath, ...more, ...process.execArgv, ...process.argv.slice(1)];
}
