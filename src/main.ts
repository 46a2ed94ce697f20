import "./cli/young-generation.ts";
import { isMainThread, workerData } from "node:worker_threads";
import { runCommandLine } from "./cli/command-line.ts";
import { runSandboxWorker } from "./values/sandbox/worker-entry.ts";

// The bundle is one file: a worker thread enters it here again, with its role in workerData.
if (isMainThread) {
  await runCommandLine(process.argv);
} else if ((workerData as { role?: string } | null)?.role === "sandbox") {
  runSandboxWorker();
}
