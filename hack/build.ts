import { chmodSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { toAscii } from "./build/ascii.ts";
import { bundleOptions } from "./build/bundle-options.ts";

// Bundles the command line, with all that it depends on, into dist/: `node hack/build.ts`. dist/main.js is where it begins.

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = `${root}dist`;

await bundle().catch((error: unknown) => {
  // esbuild has printed what is wrong, and where.
  if (!(error instanceof Error && "errors" in error)) process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});

async function bundle(): Promise<void> {
  const { outputFiles } = await build({
    ...bundleOptions,
    absWorkingDir: root,
    entryPoints: ["src/main.ts"],
    outdir,
    logLevel: "warning",
    write: false,
  });
  const files = outputFiles.map(({ path, text, contents }) => ({
    path,
    contents: path.endsWith(".js") ? toAscii(text) : contents,
  }));
  // Files of another build would be shipped with this one.
  rmSync(outdir, { recursive: true, force: true });
  mkdirSync(outdir, { recursive: true });
  for (const { path, contents } of files) writeFileSync(path, contents);
  chmodSync(`${outdir}/main.js`, 0o755);
  const characters = files.map(({ contents }) => (typeof contents === "string" ? contents.length : 0));
  const megabytes = characters.reduce((sum, each) => sum + each, 0) / 1e6;
  process.stdout.write(`dist: ${files.length} files, ${megabytes.toFixed(1)} MB of JavaScript\n`);
}
