import type { BuildOptions } from "esbuild";
import { leaveOutApiClients } from "./leave-out.ts";
import { requireBuiltins } from "./require-builtins.ts";

/**
 * Node's own modules, and what dependencies that are CommonJS ask for, are had by `require`, which an ES module does not
 * have. The name is this bundle's own, so that it meets no other in it.
 */
const banner = [
  'import { createRequire as __createRequireOfBundle } from "node:module";',
  "const require = __createRequireOfBundle(import.meta.url);",
].join("\n");

/** How this operator is bundled; without what goes in and where it comes out. */
export const bundleOptions = {
  bundle: true,
  platform: "node",
  target: "node22.19",
  format: "esm",
  // What is imported when it is needed stays a file of its own, and unused parts of what is imported are left out: the
  // process that only starts itself again (src/cli/memory-settings.ts) reads 2 KB in place of 4 MB.
  splitting: true,
  chunkNames: "[name]-[hash]",
  // The ES modules of dependencies that have both: of CommonJS nothing can be left out.
  mainFields: ["module", "main"],
  // Not minified: Node.js prints the line that threw, and a stack trace has to be readable without the map.
  minify: false,
  // No `keepNames`: it gives each function its name anew whenever one is made, in time and in memory, and the names in a
  // stack trace are right without it.
  sourcemap: "linked",
  sourcesContent: false,
  legalComments: "linked",
  banner: { js: banner },
  define: { "process.env.NODE_ENV": '"production"' },
  plugins: [leaveOutApiClients, requireBuiltins],
} as const satisfies BuildOptions;
