/** Exit codes of the host process: they say why its thread ended. */
export const hostExits = { outOfMemory: 70, fault: 71 } as const;

/**
 * What the host process runs: the worker thread at the URL of its first argument, with messages passed on both ways. A
 * script, since in the bundle there is no second file. It dies with its parent, and leaves interrupts at the terminal,
 * which reach every process, to it.
 */
export const hostScript = `
import { Worker } from "node:worker_threads";
const [url, workerData, megabytes] = process.argv.slice(1);
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => {});
process.on("disconnect", () => process.exit());
const worker = new Worker(new URL(url), {
  // Not the options of this script: --input-type is refused for a file.
  execArgv: [],
  workerData: JSON.parse(workerData),
  env: {},
  resourceLimits: { maxOldGenerationSizeMb: Number(megabytes), maxYoungGenerationSizeMb: 8, stackSizeMb: 2 },
});
process.on("message", (request) => worker.postMessage(request));
worker.on("message", (answer) => process.send(answer));
worker.on("error", (error) => {
  process.exit(error?.code === "ERR_WORKER_OUT_OF_MEMORY" ? ${hostExits.outOfMemory} : ${hostExits.fault});
});
worker.on("exit", () => process.exit(${hostExits.fault}));
`;
