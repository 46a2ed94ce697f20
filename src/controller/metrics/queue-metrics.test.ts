import { expect, it } from "@jest/globals";
import { Registry } from "prom-client";
import type { WorkQueue } from "../queue/work-queue.ts";
import { createQueueMetrics } from "./queue-metrics.ts";

it("shows work as controller-runtime does, so that its dashboards fit", async () => {
  const registry = new Registry();
  const { hooks, observe } = createQueueMetrics(registry, "externalvalue");
  observe({ depth: 7, active: 2 } as WorkQueue);
  hooks.added();
  hooks.added();
  hooks.started(0.2);
  hooks.finished(0.3, "error");
  hooks.retried();
  const page = await registry.metrics();
  for (const line of [
    'workqueue_adds_total{name="externalvalue"} 2',
    'workqueue_retries_total{name="externalvalue"} 1',
    'workqueue_depth{name="externalvalue"} 7',
    'workqueue_queue_duration_seconds_sum{name="externalvalue"} 0.2',
    'controller_runtime_active_workers{controller="externalvalue"} 2',
    'controller_runtime_reconcile_total{controller="externalvalue",result="error"} 1',
    'controller_runtime_reconcile_time_seconds_sum{controller="externalvalue"} 0.3',
  ]) {
    expect(page).toContain(line);
  }
});
