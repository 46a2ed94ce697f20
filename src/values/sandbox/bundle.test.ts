import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { build } from "esbuild";
import { bundleOptions } from "../../../hack/build/bundle-options.ts";

const here = fileURLToPath(new URL(".", import.meta.url));

/** As main.ts does it: the file that the program begins with looks at what it is told to find out that it is the worker. */
const entry = `
import { isMainThread, workerData } from "node:worker_threads";
import { isSandboxRole } from "./protocol.ts";
if (!isMainThread && isSandboxRole(workerData)) {
  const { runSandboxWorker } = await import("./worker-entry.ts");
  runSandboxWorker();
} else {
  const { createSandbox } = await import("./sandbox.ts");
  const sandbox = createSandbox({ workerUrl: new URL(import.meta.url) });
  const job = { templates: { t: "{{ A | bcrypt: 4 | size }} {{ A | toYaml }}" }, variables: { A: "x" }, forbidden: new Set(), uid: "u" };
  console.log(JSON.stringify([await sandbox.render(job), await sandbox.jmesPath('{"a":1.50}', "a")]));
  // The worker of an idle sandbox keeps no process alive.
}
`;
describe("in a bundle", () => {
  it("the worker runs out of the file that the program begins with", async () => {
    const folder = await mkdtemp(join(tmpdir(), "external-values-bundle-"));
    try {
      await build({
        ...bundleOptions,
        stdin: { contents: entry, resolveDir: here, loader: "ts" },
        outdir: folder,
        entryNames: "main",
      });
      await writeFile(join(folder, "package.json"), '{"type":"module"}');
      const { stdout } = await promisify(execFile)(process.execPath, [join(folder, "main.js")], { timeout: 20_000 });
      expect(JSON.parse(stdout)).toEqual([
        { ok: true, value: { t: "60 x" } },
        { ok: true, value: "1.50" },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 30_000);
});
