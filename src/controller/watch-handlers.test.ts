import { describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { createReferences } from "./references.ts";
import { createStoreRecords } from "./stores/store-records.ts";
import { createWatchHandlers } from "./watch-handlers.ts";

function setUp() {
  const records = createStoreRecords("");
  const queued: string[] = [];
  const handlers = createWatchHandlers({
    records,
    references: createReferences(records),
    entries: new Map(),
    queue: (key) => void queued.push(key),
    dequeue: () => {},
    queueStore: () => {},
    inNamespace: (namespace) => [`${namespace}/checkout`],
  });
  return { handlers, queued };
}

const namespace = (labels: Record<string, string>): KubernetesObject => ({ metadata: { name: "shop", labels } });

describe("a namespace, by whose labels access may be given", () => {
  it.each<{ reason: string; before?: Record<string, string>; after: Record<string, string>; queued: string[] }>([
    { reason: "seen after its resources", after: {}, queued: ["shop/checkout"] },
    { reason: "labelled anew", before: { team: "a" }, after: { team: "b" }, queued: ["shop/checkout"] },
    { reason: "with the labels it had", before: { team: "a" }, after: { team: "a" }, queued: [] },
  ])("$reason: $queued are looked at", ({ before, after, queued: expected }) => {
    const { handlers, queued } = setUp();
    handlers.namespaces.changed("shop", namespace(after), before && namespace(before));
    expect(queued).toEqual(expected);
  });
});
