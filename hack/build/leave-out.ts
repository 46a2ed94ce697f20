import type { Plugin } from "esbuild";

/**
 * Of `@kubernetes/client-node` the operator uses the configuration alone: requests go over Node's own HTTP client. Its
 * generated API clients and models, and undici beneath them, would make up a third of the bundle, and of what it takes
 * in memory. What is asked of them all the same throws.
 */
export const leaveOutApiClients: Plugin = {
  name: "leave-out-api-clients",
  setup(build) {
    build.onResolve({ filter: /^@kubernetes\/client-node$/ }, ({ resolveDir, kind }) =>
      build.resolve("@kubernetes/client-node/dist/config.js", { resolveDir, kind }),
    );
    build.onResolve({ filter: /^(undici|\.\/gen\/index\.js)$/ }, ({ path, importer }) =>
      importer.includes("@kubernetes/client-node") ? { path, namespace: leftOut } : undefined,
    );
    build.onLoad({ filter: /./, namespace: leftOut }, ({ path }) => ({ contents: standIn(path), loader: "js" }));
  },
};

const leftOut = "left-out";

/** What config.js imports of the two. A name that it imports beyond these fails the build. */
const names: Readonly<Record<string, readonly string[]>> = {
  undici: ["Agent", "ProxyAgent"],
  "./gen/index.js": ["createConfiguration", "ServerConfiguration"],
};

function standIn(path: string): string {
  const functions = (names[path] ?? []).map(
    (name) => `export function ${name}() { throw new Error("${name} of ${path} is not in this bundle"); }`,
  );
  return functions.join("\n");
}
