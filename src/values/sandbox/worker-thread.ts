import { runSandboxWorker } from "./worker-entry.ts";

// A thread of its own where no bundle is at hand: Node runs this file as it is.
runSandboxWorker();
