import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";

/**
 * Settings that are fixed when a process begins, so the operator starts itself again with them, in the same process, before
 * anything else is loaded: some 0.05 s. What the user says of any of them wins; once all are settled, as they are after the
 * start, nothing more is done. What each gives is in docs/benchmarks.md.
 */
const youngGeneration = {
  // Left to itself it grows by tens of MiB of garbage between two collections; set later, it would stay at 1 MiB.
  flag: "--max-semi-space-size=8",
  named: /semi[-_]space/,
};
const flags = [
  youngGeneration,
  // Threads that help to collect garbage, four if not told, take the processors from the thread that serves.
  { flag: "--v8-pool-size=2", named: /v8[-_]pool[-_]size/ },
  // Marking goes on with what is allocated, and in the helpers, but not in tasks between: several of them are one long pause.
  // Not a documented flag: a later Node.js may not know it, and would not start.
  ...(process.versions.node.startsWith("24.")
    ? [{ flag: "--no-incremental-marking-task", named: /incremental[-_]marking[-_]task/ }]
    : []),
];
// malloc keeps an arena a thread, each with free blocks of its own.
const arenas = { MALLOC_ARENA_MAX: "2" };

const given = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""];
// V8 takes its options with underscores too.
const missing = flags.filter(({ named }) => !given.some((each) => named.test(each)));
const isUnbounded = process.env["MALLOC_ARENA_MAX"] === undefined;
const isOperator = isMainThread && process.argv[2] === "controller";

if (isOperator && (missing.length > 0 || isUnbounded)) {
  if (process.execve !== undefined && process.platform !== "win32") {
    const more = missing.map(({ flag }) => flag);
    process.execve(process.execPath, argumentsWith(more), { ...arenas, ...process.env });
  } else if (missing.includes(youngGeneration)) setFlagsFromString("--semi-space-growth-factor=1");
}

function argumentsWith(more: readonly string[]): string[] {
  return [process.execPath, ...more, ...process.execArgv, ...process.argv.slice(1)];
}
