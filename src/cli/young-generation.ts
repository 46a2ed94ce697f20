import { setFlagsFromString } from "node:v8";
import { isMainThread } from "node:worker_threads";

/**
 * Keeps V8's young generation small: left to itself it grows to 32 MiB and more, of garbage between two collections
 * (docs/benchmarks.md). The size is fixed when V8 starts, so the operator starts itself again, in the same process,
 * before anything is loaded: some 40 ms.
 */
const semiSpaceMebibytes = 4;

const flag = `--max-semi-space-size=${semiSpaceMebibytes}`;
const given = [...process.execArgv, process.env["NODE_OPTIONS"] ?? ""];
const isOperator = isMainThread && process.argv[2] === "controller";

// What the user says of it wins.
if (isOperator && !given.some((each) => each.includes("semi-space"))) {
  if (process.execve === undefined || process.platform === "win32") keepAsItBegan();
  else process.execve(process.execPath, [process.execPath, flag, ...process.execArgv, ...process.argv.slice(1)]);
}

/** The next best: it does not grow beyond the 1 MiB that it begins with, at the price of more collections. */
function keepAsItBegan(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
