import type { Entry } from "./external-value/entry.ts";
import type { ResourceFacts } from "./metrics/resource-metrics.ts";

/** What the metrics show of each served resource; its age as of when that is asked for. */
export function* resourceFacts(entries: ReadonlyMap<string, Entry>, now: () => number): Iterable<ResourceFacts> {
  for (const [key, entry] of entries) {
    const [namespace = "", name = ""] = key.split("/");
    const ready = entry.conditions?.find(({ type }) => type === "Ready");
    yield {
      namespace,
      name,
      ready: ready?.status === "True",
      reason: ready?.reason ?? "",
      ageSeconds() {
        const readAt = entry.readAt?.();
        return readAt === undefined ? undefined : (now() - readAt) / 1000;
      },
    };
  }
}
