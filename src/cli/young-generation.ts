import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";

/**
 * Keeps V8's young generation small, before anything is allocated: a reading of 1,000 resources grew the process to
 * 231 MiB by default and to 141-147 MiB with a semi-space of 2 MiB (docs/benchmarks.md). Flags are the process's.
 */
const semiSpaceMebibytes = 2;

const given = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""];

// What the user says of it wins.
if (isMainThread && !given.some((flag) => flag.includes("semi-space"))) {
  setFlagsFromString(`--max-semi-space-size=${semiSpaceMebibytes}`);
  setFlagsFromString(`--semi-space-growth-factor=1`);
}
