#!/usr/bin/env node
import "./cli/memory-settings.ts";
import { isMainThread, workerData } from "node:worker_threads";

// Worker threads begin here too, with their role in workerData. Each loads its own part only.
if (isMainThread) {
  const { runCommandLine } = await import("./cli/command-line.ts");
  await runCommandLine(process.argv);
} else if ((workerData as { role?: string } | null)?.role === "sandbox") {
  const { runSandboxWorker } = await import("./values/sandbox/worker-entry.ts");
  runSandboxWorker();
}
