import { isBuiltin } from "node:module";
import type { Plugin } from "esbuild";

/**
 * Has Node's own modules required, where an `import` would make Node read each of their exports at once: of `http` that
 * loads its WebSocket client, and all of them took 25 ms of a start. Needs a `require` in every file of the bundle.
 */
export const requireBuiltins: Plugin = {
  name: "require-builtins",
  setup(build) {
    build.onResolve({ filter: /./ }, ({ path, kind }) =>
      isBuiltin(path) && kind === "import-statement" ? { path, namespace: builtin, sideEffects: false } : undefined,
    );
    build.onLoad({ filter: /./, namespace: builtin }, ({ path }) => ({
      contents: `module.exports = require(${JSON.stringify(path)});`,
      loader: "js",
    }));
  },
};

const builtin = "builtin";
