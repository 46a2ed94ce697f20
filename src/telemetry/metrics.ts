import { collectDefaultMetrics, Registry } from "prom-client";
import type { Route } from "./http-server.ts";

// Milliseconds between two looks at the event loop's lag. Each costs 50 µs of CPU: at the default of 10 a quarter of all
// that the operator uses while nothing changes.
const lagPrecisionMs = 20;

/** A registry with the process's own metrics (CPU, memory, event-loop lag, handles). */
export function createMetricsRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: lagPrecisionMs });
  return registry;
}

/** Serves a registry in the Prometheus text format, and after it what comes in pieces of that format. */
export function metricsRoute(registry: Registry, inPieces: () => AsyncIterable<string>): Route {
  return async () => {
    const first = await registry.metrics();
    return { status: 200, contentType: registry.contentType, body: joined(first, inPieces()) };
  };
}

async function* joined(first: string, rest: AsyncIterable<string>): AsyncIterable<string> {
  yield first;
  yield* rest;
}
