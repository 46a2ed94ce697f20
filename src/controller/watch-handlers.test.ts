import { describe, expect, it } from "@jest/globals";
import type { ExternalValueModel } from "../api/model.ts";
import { parseExternalValue } from "../api/parse-external-value.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { createControlledTargets } from "./controlled-targets.ts";
import { type Entry, newEntry, targetEntry } from "./external-value/entry.ts";
import { createReferences } from "./references.ts";
import { createStoreRecords } from "./stores/store-records.ts";
import { createWatchHandlers } from "./watch-handlers.ts";

function setUp(entries: ReadonlyMap<string, Entry> = new Map()) {
  const records = createStoreRecords("");
  const references = createReferences(records);
  const queued: string[] = [];
  const handlers = createWatchHandlers({
    records,
    references,
    controlled: createControlledTargets(),
    entries,
    queue: (key) => void queued.push(key),
    dequeue: () => {},
    queueStore: () => {},
    inNamespace: (namespace) => [`${namespace}/checkout`],
  });
  return { handlers, queued, references };
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

describe("a target that somebody else stands in the way of", () => {
  const names = ["one", "two"];
  const modelOf = (name: string): ExternalValueModel => {
    const parsed = parseExternalValue(
      {
        metadata: { namespace: "shop", name, uid: `uid-${name}`, generation: 1 },
        spec: {
          secret: { name: "shared", creationPolicy: "Merge" },
          data: [{ key: "A", parameterStore: { name: "/a" } }],
        },
      } as KubernetesObject,
      { defaultStoreKind: "ClusterValueStore" },
    );
    if (!parsed.ok) throw new Error(parsed.failure.message);
    return parsed.value;
  };

  /** Both name one Secret, and `two` is kept out of it. */
  function arrange(blocked: boolean, served: readonly string[] = names) {
    const entries = new Map(served.map((name) => [`shop/${name}`, newEntry(`uid-${name}`)]));
    const made = setUp(entries);
    for (const name of served) {
      const model = modelOf(name);
      const entry = entries.get(`shop/${name}`);
      if (entry) entry.parsed = { key: "", model };
      made.references.set(`shop/${name}`, model);
    }
    const two = entries.get("shop/two");
    if (two) targetEntry(two, "Secret", "shared").blocked = blocked;
    return made;
  }

  const shared: KubernetesObject = {
    metadata: { name: "shared", namespace: "shop", uid: "uid-shared", resourceVersion: "8" },
  };
  const one = { metadata: { name: "one", namespace: "shop" }, spec: { secret: { name: "shared" } } };

  it.each([
    { reason: "the target is written to", blocked: true, queued: ["shop/two"] },
    { reason: "nothing stands in the way", blocked: false, queued: [] },
  ])("is looked at again: $reason", ({ blocked, queued: expected }) => {
    const { handlers, queued } = arrange(blocked);
    handlers.target("Secret").changed("shop/shared", shared, undefined);
    expect(queued).toEqual(expected);
  });

  it.each([
    { reason: "it may be free now", blocked: true, queued: ["shop/one", "shop/two"] },
    { reason: "nothing stands in the way", blocked: false, queued: ["shop/one"] },
  ])("is looked at again when the other is deleted: $reason", ({ blocked, queued: expected }) => {
    const { handlers, queued } = arrange(blocked);
    handlers.externalValues.deleted("shop/one", one);
    expect(queued).toEqual(expected);
  });

  it("is looked at again when the other is deleted, which another replica has served", () => {
    const { handlers, queued } = arrange(true, ["two"]);
    handlers.externalValues.deleted("shop/one", one);
    expect(queued).toContain("shop/two");
  });
});

describe("a target that its controller's spec does not name", () => {
  const targetOf = (uid: string): KubernetesObject => ({
    metadata: {
      name: "stray",
      namespace: "shop",
      uid: "uid-stray",
      resourceVersion: "7",
      ownerReferences: [
        { apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue", name: "checkout", uid, controller: true },
      ],
    },
  });

  it.each([
    { reason: "of one that is served", uid: "uid-checkout", queued: ["shop/checkout"] },
    { reason: "of another under its name", uid: "uid-before", queued: [] },
  ])("$reason: $queued looks", ({ uid, queued: expected }) => {
    const { handlers, queued } = setUp(new Map([["shop/checkout", newEntry("uid-checkout")]]));
    handlers.target("Secret").changed("shop/stray", targetOf(uid), undefined);
    expect(queued).toEqual(expected);
    handlers.target("Secret").deleted("shop/stray", targetOf(uid));
    expect(queued).toEqual(expected);
  });
});
