import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { QueueHooks, WorkQueue } from "../queue/work-queue.ts";

// As controller-runtime has them, so that dashboards made for Go operators work here.
const workBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];
const waitBuckets = [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300];

/** Metrics of one controller's queue and reconciles, under the names of controller-runtime. */
export function createQueueMetrics(
  registry: Registry,
  controller: string,
): { hooks: QueueHooks; observe(queue: WorkQueue): void } {
  const registers = [registry];
  const reconciles = new Counter({
    name: "controller_runtime_reconcile_total",
    help: "Reconciles, by result: success, requeue, error.",
    labelNames: ["controller", "result"],
    registers,
  });
  const reconcileTime = new Histogram({
    name: "controller_runtime_reconcile_time_seconds",
    help: "Seconds a reconcile took.",
    labelNames: ["controller"],
    buckets: workBuckets,
    registers,
  });
  const adds = new Counter({ name: "workqueue_adds_total", help: "Keys added.", labelNames: ["name"], registers });
  const retries = new Counter({
    name: "workqueue_retries_total",
    help: "Keys that came again with backoff.",
    labelNames: ["name"],
    registers,
  });
  const waited = new Histogram({
    name: "workqueue_queue_duration_seconds",
    help: "Seconds a key waited before it was worked on.",
    labelNames: ["name"],
    buckets: waitBuckets,
    registers,
  });
  const name = controller;
  return {
    hooks: {
      added: () => adds.inc({ name }),
      retried: () => retries.inc({ name }),
      started: (seconds) => waited.observe({ name }, seconds),
      finished(seconds, result) {
        reconciles.inc({ controller, result });
        reconcileTime.observe({ controller }, seconds);
      },
    },
    observe(queue) {
      new Gauge({
        name: "workqueue_depth",
        help: "Keys that wait.",
        labelNames: ["name"],
        registers,
        collect() {
          this.set({ name }, queue.depth);
        },
      });
      new Gauge({
        name: "controller_runtime_active_workers",
        help: "Keys that are being worked on.",
        labelNames: ["controller"],
        registers,
        collect() {
          this.set({ controller }, queue.active);
        },
      });
    },
  };
}
