import type { Registry } from "prom-client";
import { healthRoute } from "../telemetry/health.ts";
import { type HttpServer, serveRoutes } from "../telemetry/http-server.ts";
import { metricsRoute } from "../telemetry/metrics.ts";
import type { ControllerOptions } from "./controller-options.ts";
import type { Controller } from "./create-controller.ts";

/** Serves /metrics, /healthz and /readyz. Rejects where an address cannot be bound. */
export async function serveProbes(
  options: ControllerOptions,
  controller: Controller,
  registry: Registry,
): Promise<{ readonly ports: Readonly<Record<string, number>>; close(): Promise<void> }> {
  const probes = await bind("--health-probe-bind-address", options.healthProbeBindAddress, {
    "/healthz": healthRoute(controller.liveness),
    "/readyz": healthRoute(controller.readiness),
  });
  const metrics: HttpServer | undefined =
    options.metricsBindAddress === "0"
      ? undefined
      : await bind("--metrics-bind-address", options.metricsBindAddress, {
          "/metrics": metricsRoute(registry, () => controller.resourceMetrics()),
        });
  return {
    ports: { healthPort: probes.port, ...(metrics ? { metricsPort: metrics.port } : {}) },
    async close() {
      await Promise.all([probes.close(), metrics?.close()]);
    },
  };
}

/** A port that is taken is named with the flag that says another. */
async function bind(flag: string, ...[address, routes]: Parameters<typeof serveRoutes>): Promise<HttpServer> {
  try {
    return await serveRoutes(address, routes);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`${flag} ${address} cannot be served: ${text}; free it, or choose another`, { cause: error });
  }
}
