import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { toAscii } from "./build/ascii.ts";
import { bundleOptions } from "./build/bundle-options.ts";

// Bundles the command line, with all that it depends on, into dist/: `node hack/build.ts`. dist/main.js is where it begins.

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = `${root}dist`;

try {
  const { outputFiles } = await build({
    ...bundleOptions,
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    outdir,
    logLevel: "warning",
    write: false,
  });
  // Files of another build would be shipped with this one.
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  let bytes = 0;
  for (const file of outputFiles) {
    const isScript = file.path.endsWith(".js");
    if (isScript) bytes += file.contents.length;
    writeFileSync(file.path, isScript ? toAscii(file.text) : file.contents);
  }
  chmodSync(`${outdir}/main.js`, 0o755);
  process.stdout.write(`dist: ${outputFiles.length} files, ${(bytes / 1e6).toFixed(1)} MB of JavaScript\n`);
} catch {
  // esbuild has printed what is wrong, and where.
  process.exitCode = 1;
}
