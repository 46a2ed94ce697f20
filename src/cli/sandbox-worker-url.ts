/**
 * Where worker threads begin: the main module. In the bundle it stands beside this file as dist/main.js; run from source
 * it is src/main.ts.
 */
export function sandboxWorkerUrl(): URL {
  return new URL(import.meta.url.endsWith("/sandbox-worker-url.ts") ? "../main.ts" : "main.js", import.meta.url);
}
