import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { describe, expect, it } from "@jest/globals";
import { build } from "esbuild";

const here = fileURLToPath(new URL(".", import.meta.url));

/** As main.ts does it: one file, which looks at what it is told to find out that it is the worker. */
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
const requireBanner = 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);';

describe("in a bundle of one file", () => {
  it("the worker runs out of the bundle itself", async () => {
    const folder = await mkdtemp(join(tmpdir(), "external-values-bundle-"));
    try {
      const outfile = join(folder, "main.mjs");
      await build({
        stdin: { contents: entry, resolveDir: here, loader: "ts" },
        outfile,
        bundle: true,
        platform: "node",
        target: "node22.19",
        format: "esm",
        minifySyntax: true,
        minifyWhitespace: true,
        keepNames: true,
        banner: { js: requireBanner },
      });
      await writeFile(join(folder, "package.json"), "{}");
      const { stdout } = await promisify(execFile)(process.execPath, [outfile], { timeout: 20_000 });
      expect(JSON.parse(stdout)).toEqual([
        { ok: true, value: { t: "60 x" } },
        { ok: true, value: "1.50" },
      ]);
    } finally {
      await rm(folder, { recursive: true });
    }
  }, 30_000);
});
