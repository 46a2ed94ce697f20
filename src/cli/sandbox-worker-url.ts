/**
 * Where worker threads begin: this very module's file. In the bundle that is dist/main.js itself; run from source it is
 * the main module, which Node runs as it is.
 */
export function sandboxWorkerUrl(): URL {
  const here = new URL(import.meta.url);
  return here.pathname.endsWith("/sandbox-worker-url.ts") ? new URL("../main.ts", here) : here;
}
