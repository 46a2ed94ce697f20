import type { Route } from "./http-server.ts";

/** Undefined: fine. Else what does not progress, for people. */
export type HealthCheck = () => string | undefined;

/** A probe route that lists every check by name, as kube-apiserver does: 200 when all are fine, else 503. */
export function healthRoute(checks: Readonly<Record<string, HealthCheck>>): Route {
  return async () => {
    const results = Object.entries(checks).map(([name, check]) => ({ name, problem: check() }));
    const failed = results.some((result) => result.problem !== undefined);
    const lines = results.map(({ name, problem }) =>
      problem === undefined ? `[+] ${name} ok` : `[-] ${name}: ${problem}`,
    );
    return {
      status: failed ? 503 : 200,
      contentType: "text/plain",
      body: `${[...lines, failed ? "failed" : "ok"].join("\n")}\n`,
    };
  };
}
