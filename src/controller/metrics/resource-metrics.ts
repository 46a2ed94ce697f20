import { Counter, Gauge, type MetricValue, type Registry } from "prom-client";
import { mapInSlices } from "../../event-loop/in-slices.ts";

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
 * Freshness and readiness of each resource, computed when scraped: a quiet refresh writes no status (api.md), so this is
 * where freshness shows. Ten thousand resources are gone over in slices.
 */
export function observeResources(registry: Registry, facts: () => Iterable<ResourceFacts>): void {
  const age = new Gauge({
    name: "externalvalues_value_age_seconds",
    help: "Seconds since the stalest value of the ExternalValue was read from AWS.",
    labelNames: ["namespace", "name"],
    registers: [registry],
  });
  collectInSlices(age, facts, (resource) => {
    const value = resource.ageSeconds();
    return value === undefined ? undefined : { labels: { namespace: resource.namespace, name: resource.name }, value };
  });
  const ready = new Gauge({
    name: "externalvalues_ready",
    help: "1 where the ExternalValue is ready, else 0; with its reason.",
    labelNames: ["namespace", "name", "reason"],
    registers: [registry],
  });
  collectInSlices(ready, facts, ({ namespace, name, reason, ready }) => ({
    labels: { namespace, name, reason },
    value: ready ? 1 : 0,
  }));
}

/** Hands the series over as they are found, past the gauge's own store, which hashes the labels of each. */
function collectInSlices<T extends string>(
  gauge: Gauge<T>,
  facts: () => Iterable<ResourceFacts>,
  toSeries: (facts: ResourceFacts) => MetricValue<T> | undefined,
): void {
  const describe = gauge.get.bind(gauge);
  gauge.get = async () => {
    const series = await mapInSlices(facts(), toSeries);
    return { ...(await describe()), values: series.filter((each) => each !== undefined) };
  };
}

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
