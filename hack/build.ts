import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { type BuildOptions, build } from "esbuild";
import { toAscii } from "./build/ascii.ts";
import { leaveOutApiClients } from "./build/leave-out.ts";

// Bundles the command line, with all that it depends on, into the one file dist/main.js: `node hack/build.ts`.

const root = fileURLToPath(new URL("..", import.meta.url));
const outfile = `${root}dist/main.js`;

/**
 * Some dependencies are CommonJS and call `require` of Node's own modules, which an ES module does not have. The name is
 * this file's own, so that it meets no other in the bundle.
 */
const banner = [
  "#!/usr/bin/env node",
  'import { createRequire as __createRequireOfBundle } from "node:module";',
  "const require = __createRequireOfBundle(import.meta.url);",
].join("\n");

const options = {
  absWorkingDir: root,
  entryPoints: ["src/main.ts"],
  outfile,
  bundle: true,
  platform: "node",
  target: "node22.19",
  format: "esm",
  // Not minified: Node.js prints the line that threw, and a stack trace has to be readable without the map.
  minify: false,
  // No `keepNames`: it gives each function its name anew whenever one is made, in time and in memory, and the names in a
  // stack trace are right without it.
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "linked",
  banner: { js: banner },
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [leaveOutApiClients],
  logLevel: "info",
  write: false,
} as const satisfies BuildOptions;

try {
  const { outputFiles } = await build(options);
  mkdirSync(dirname(outfile), { recursive: true });
  for (const file of outputFiles) {
    writeFileSync(file.path, file.path === outfile ? toAscii(file.text) : file.contents);
  }
  chmodSync(outfile, 0o755);
} catch {
  // esbuild has printed what is wrong, and where.
  process.exitCode = 1;
}
