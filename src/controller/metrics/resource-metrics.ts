import { Counter, Gauge, type Registry } from "prom-client";
import { joinInSlices } from "../../event-loop/in-slices.ts";
import type { Turns } from "../../event-loop/turns.ts";

/** One served ExternalValue, as the metrics show it. */
export interface ResourceFacts {
  readonly namespace: string;
  readonly name: string;
  readonly ready: boolean;
  /** Ready's reason. */
  readonly reason: string;
  /** Seconds since its stalest value was read; undefined before the first read. */
  ageSeconds(): number | undefined;
}

/**
 * Freshness and readiness of each resource, in the Prometheus text format, computed when scraped: a quiet refresh writes no
 * status (api.md), so this is where freshness shows. Comes in pieces, and is no gauge of a registry, since prom-client
 * would format ten thousand series in one go.
 */
export async function* resourceMetrics(turns: Turns, facts: () => Iterable<ResourceFacts>): AsyncIterable<string> {
  for (const { name, help, labelNames, valueFor } of gauges) {
    yield `\n# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
    yield* joinInSlices(facts(), turns, (resource) => {
      const value = valueFor(resource);
      if (value === undefined) return "";
      const labels = labelNames.map((label) => `${label}="${escaped(resource[label])}"`);
      return `${name}{${labels.join()}} ${value}\n`;
    });
  }
}

/** A label's value. A reason may come from a status that others have written. */
function escaped(text: string): string {
  return /[\\"\n]/.test(text) ? text.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n") : text;
}

const gauges: readonly {
  readonly name: string;
  readonly help: string;
  readonly labelNames: readonly ("namespace" | "name" | "reason")[];
  /** Undefined: no series. */
  readonly valueFor: (facts: ResourceFacts) => number | undefined;
}[] = [
  {
    name: "externalvalues_value_age_seconds",
    help: "Seconds since the stalest value of the ExternalValue was read from AWS.",
    labelNames: ["namespace", "name"],
    valueFor: (facts) => facts.ageSeconds(),
  },
  {
    name: "externalvalues_ready",
    help: "1 where the ExternalValue is ready, else 0; with its reason.",
    labelNames: ["namespace", "name", "reason"],
    valueFor: ({ ready }) => (ready ? 1 : 0),
  },
];

/** Seconds since each watch last gave a sign of life. */
export function observeWatches(
  registry: Registry,
  ages: () => Iterable<{ readonly kind: string; readonly ageSeconds: number }>,
): void {
  new Gauge({
    name: "externalvalues_watch_age_seconds",
    help: "Seconds since the watch last gave a sign of life.",
    labelNames: ["kind"],
    registers: [registry],
    collect() {
      this.reset();
      for (const { kind, ageSeconds } of ages()) this.set({ kind }, ageSeconds);
    },
  });
}

/** Which shards this replica works on: 1 held, 0 not. With plain leader election, shard 0 is the leadership. */
export function observeShards(
  registry: Registry,
  ownership: { readonly shards: number; heldShards(): readonly number[] },
): void {
  new Gauge({
    name: "externalvalues_shard_held",
    help: "1 where this replica works on the shard, else 0; shard 0 alone is the leadership.",
    labelNames: ["shard"],
    registers: [registry],
    collect() {
      const held = new Set(ownership.heldShards());
      for (let shard = 0; shard < ownership.shards; shard++) this.set({ shard }, held.has(shard) ? 1 : 0);
    },
  });
}

/** Lists, closed watches and failures of watches, by kind and reason. */
export function createWatchCounter(registry: Registry): (kind: string, what: string, reason: string) => void {
  const rounds = new Counter({
    name: "externalvalues_watch_rounds_total",
    help: "What the watches did: listed, closed in good order, failed; with the reason of a failure.",
    labelNames: ["kind", "what", "reason"],
    registers: [registry],
  });
  return (kind, what, reason) => rounds.inc({ kind, what, reason });
}
