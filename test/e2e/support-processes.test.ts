import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { describe, expect, it } from "@jest/globals";
import { eventually, Hopeless } from "../support/eventually.ts";
import { inRepository } from "../support/repository.ts";

// What the bench starts must not outlive it, even where it has no time for a last word.

const program = `
  import { join } from "node:path";
  import { startProcess } from ${JSON.stringify(inRepository("test/support/managed-process.ts"))};
  import { temporaryDirectory } from ${JSON.stringify(inRepository("test/support/temporary-directory.ts"))};
  const directory = temporaryDirectory("orphan");
  const logFile = join(directory, "log");
  const obedient = startProcess({ name: "obedient", command: "sleep", args: ["600"], logFile });
  const deaf = startProcess({ name: "deaf", command: "sh", args: ["-c", "trap '' TERM; sleep 600 & wait; wait"], logFile });
  console.log(JSON.stringify({ directory, pids: [obedient.pid, deaf.pid] }));
  setInterval(() => undefined, 1000);
`;

describe.each(["SIGKILL", "SIGINT", "SIGTERM"] as const)("when the bench ends by %s", (signal) => {
  it("ends every process that it started, a deaf one too, and removes its directories", async () => {
    const bench = spawn(process.execPath, ["--input-type=module", "--eval", program], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: process.env["PATH"] },
    });
    const [line] = await once(createInterface({ input: bench.stdout }), "line");
    const { directory, pids }: { directory: string; pids: number[] } = JSON.parse(line);
    expect(pids.every(isRunning)).toBe(true);
    bench.kill(signal);
    await eventually(() => (pids.some(isRunning) || existsSync(directory) ? undefined : true), { what: "all is gone" });
  });
});

describe("eventually", () => {
  it("fails with what was awaited and the last error", async () => {
    const waiting = eventually(() => Promise.reject(new Error("not yet")), { what: "the moon", timeoutMs: 1 });
    await expect(waiting).rejects.toThrow("waited 0.001 s for: the moon; last: not yet");
  });

  it("gives up at once when waiting cannot help", async () => {
    const waiting = eventually(() => Promise.reject(new Hopeless("it has ended")), { what: "the moon" });
    await expect(waiting).rejects.toThrow("it has ended");
  });
});

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
