import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { AwsMetrics, CircuitState } from "../../aws/metrics.ts";
import type { PlaneMetrics } from "../../aws/plane-options.ts";
import type { QuotaUse } from "../stores/readers.ts";

const requestBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const batchBuckets = [1, 2, 5, 8, 10, 15, 20];
const circuitValue: Readonly<Record<CircuitState, number>> = { closed: 0, halfOpen: 1, open: 2 };

/** Every request to AWS, counted and timed. Labels are names and codes. */
export function createAwsMetrics(registry: Registry): AwsMetrics {
  const registers = [registry];
  const requests = new Counter({
    name: "externalvalues_aws_requests_total",
    help: "Requests to AWS, retries among them, by outcome code.",
    labelNames: ["service", "operation", "region", "store", "code", "retry"],
    registers,
  });
  const seconds = new Histogram({
    name: "externalvalues_aws_request_duration_seconds",
    help: "Seconds a request to AWS took, until its answer was taken in.",
    labelNames: ["service", "operation"],
    buckets: requestBuckets,
    registers,
  });
  const items = new Counter({
    name: "externalvalues_aws_items_requested_total",
    help: "Names and ids asked for, over all requests.",
    labelNames: ["operation", "region"],
    registers,
  });
  const batch = new Histogram({
    name: "externalvalues_aws_batch_items",
    help: "Names or ids in one request.",
    labelNames: ["operation"],
    buckets: batchBuckets,
    registers,
  });
  const waits = new Histogram({
    name: "externalvalues_aws_limiter_wait_seconds",
    help: "Seconds a request waited for the account's quota.",
    labelNames: ["quota", "region", "priority"],
    buckets: [0.001, 0.01, 0.1, 0.5, 1, 5, 15, 60],
    registers,
  });
  const rate = new Gauge({
    name: "externalvalues_aws_limiter_rate",
    help: "Requests a second that the limiter allows itself.",
    labelNames: ["quota", "account", "region"],
    registers,
  });
  const circuit = new Gauge({
    name: "externalvalues_aws_circuit_state",
    help: "0 closed, 1 half open, 2 open.",
    labelNames: ["service", "region"],
    registers,
  });
  const renewals = new Counter({
    name: "externalvalues_aws_credentials_renewals_total",
    help: "Renewals of credentials, a whole role chain as one.",
    labelNames: ["source", "outcome"],
    registers,
  });
  return {
    requestFinished(event) {
      const { service, operation, region, store, code } = event;
      requests.inc({ service, operation, region, store, code, retry: event.attempt > 1 ? "true" : "false" });
      seconds.observe({ service, operation }, event.seconds);
    },
    batchSent({ operation, region, items: count }) {
      items.inc({ operation, region }, count);
      batch.observe({ operation }, count);
    },
    limiterWaited: ({ quota, region, priority, seconds: waited }) => waits.observe({ quota, region, priority }, waited),
    limiterRate: ({ quota, account, region, rate: allowed }) => rate.set({ quota, account, region }, allowed),
    circuitChanged: ({ service, region, state }) => circuit.set({ service, region }, circuitValue[state]),
    credentialsRenewed: ({ source, outcome }) => renewals.inc({ source, outcome }),
  };
}

/** Sharing, memory and lateness of the reading plane. */
export function createPlaneMetrics(registry: Registry): PlaneMetrics {
  const registers = [registry];
  const reads = new Counter({
    name: "externalvalues_values_read_total",
    help: "Values asked of the readers: held in memory, joined to a request under way, or asked of AWS.",
    labelNames: ["store", "from"],
    registers,
  });
  const late = new Histogram({
    name: "externalvalues_poll_late_seconds",
    help: "How much later than due polls began; growing means that the quota does not carry the intervals.",
    labelNames: ["region", "route"],
    buckets: [0.1, 1, 5, 15, 60, 300],
    registers,
  });
  const memory = new Gauge({
    name: "externalvalues_value_cache_bytes",
    help: "Content of values held in memory.",
    registers,
  });
  const apart = new Gauge({
    name: "externalvalues_values_apart",
    help: "Values asked alone, since they make shared batches fail.",
    labelNames: ["reader"],
    registers,
  });
  const failovers = new Counter({
    name: "externalvalues_failover_reads_total",
    help: "Values answered by a replica region.",
    labelNames: ["region", "replica"],
    registers,
  });
  return {
    refsRead({ store, held, joined, asked }) {
      reads.inc({ store, from: "memory" }, held);
      reads.inc({ store, from: "flight" }, joined);
      reads.inc({ store, from: "aws" }, asked);
    },
    pollStarted: ({ region, route, lateSeconds }) => late.observe({ region, route }, lateSeconds),
    memoryHeld: (bytes) => memory.set(bytes),
    refsApart: ({ reader, refs }) => apart.set({ reader }, refs),
    failedOver: ({ region, replicaRegion, items }) => failovers.inc({ region, replica: replicaRegion }, items),
  };
}

/** Looked at when scraped: what the polls need of each quota. */
export function observeQuotas(registry: Registry, quotas: () => readonly QuotaUse[]): void {
  const needed = new Gauge({
    name: "externalvalues_aws_quota_needed_requests_per_second",
    help: "Requests a second that the intervals asked for need.",
    labelNames: ["quota", "account", "region"],
    registers: [registry],
  });
  new Gauge({
    name: "externalvalues_aws_quota_saturation_ratio",
    help: "Needed over allowed requests a second; above 1, values come later than asked.",
    labelNames: ["quota", "account", "region"],
    registers: [registry],
    collect() {
      needed.reset();
      this.reset();
      for (const { quota, account, region, needed: rate, saturation } of quotas()) {
        needed.set({ quota, account, region }, rate);
        this.set({ quota, account, region }, saturation);
      }
    },
  });
}
