import { collectDefaultMetrics, Registry } from "prom-client";
import type { Route } from "./http-server.ts";

/** A registry with the process's own metrics (CPU, memory, event-loop lag, handles). */
export function createMetricsRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return registry;
}

/** Serves a registry in the Prometheus text format. */
export function metricsRoute(registry: Registry): Route {
  return async () => ({ status: 200, contentType: registry.contentType, body: await registry.metrics() });
}
