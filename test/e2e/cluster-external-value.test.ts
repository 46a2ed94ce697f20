import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createSecret } from "../support/aws.ts";
import { secretValue } from "../support/canary.ts";
import type { ClusterObject } from "../support/cluster.ts";
import { eventually } from "../support/eventually.ts";
import { conditionOf, type Served, serve, unique } from "./served.ts";

let served: Served;
const made: string[] = [];
beforeAll(async () => {
  served = await serve();
}, 120_000);
afterAll(async () => {
  if (!served) return;
  for (const name of made) await served.cluster.delete(refOf(name));
  await served.stop();
});

const apiVersion = "externalvalues.dev/v1alpha1";
const refOf = (name: string) => ({ apiVersion, kind: "ClusterExternalValue", name });
const childRef = (namespace: string, name: string) => ({ apiVersion, kind: "ExternalValue", name, namespace });
const secretRef = (namespace: string, name: string) => ({ apiVersion: "v1", kind: "Secret", name, namespace });
const namespaceRef = (name: string) => ({ apiVersion: "v1", kind: "Namespace", name });

/** A secret in the emulator, and its name. */
async function secretIn(): Promise<string> {
  const secretId = unique("shared");
  await createSecret(served.aws, secretId, secretValue("first"));
  return secretId;
}

/** Applies one that selects namespaces by the label `fan: <name>`; `more` is YAML text, indented by two. */
async function fanOut(name: string, secretId: string, more = "", interval = "1h"): Promise<void> {
  made.push(name);
  await served.cluster.apply(`
apiVersion: ${apiVersion}
kind: ClusterExternalValue
metadata: { name: ${name} }
spec:
  namespaceSelectors: [{ matchLabels: { fan: ${name} } }]
  externalValueSpec:
    storeRef: { kind: ClusterValueStore, name: ${served.store} }
    refreshInterval: ${interval}
    data: [{ key: PASSWORD, secretsManager: { secretId: ${secretId} } }]
${more}`);
}

const until = (name: string, test: (object: ClusterObject) => boolean, what: string) =>
  served.cluster.until(
    refOf(name),
    (object) => object.status?.observedGeneration === object.metadata.generation && test(object),
    { what },
  );
const ready = (name: string, count: number) =>
  until(
    name,
    (object) => conditionOf(object, "Ready")?.status === "True" && countsOf(object)?.ready === count,
    `${count} namespaces of ${name} are ready`,
  );

interface Counts {
  readonly matching: number;
  readonly ready: number;
  readonly failing: number;
}
const countsOf = (object: ClusterObject) => object.status?.["namespaces"] as Counts | undefined;

describe("ClusterExternalValue", () => {
  it("makes an ExternalValue in each matching namespace, as namespaces come, go and change their labels", async () => {
    const name = unique("labels");
    const first = await served.cluster.createNamespace("a", { fan: name });
    const other = await served.cluster.createNamespace("b");
    await fanOut(name, await secretIn());
    await ready(name, 1);
    const child = await served.cluster.get(childRef(first, name));
    const parent = await served.cluster.get(refOf(name));
    expect(child?.metadata.ownerReferences).toEqual([
      { apiVersion, kind: "ClusterExternalValue", name, uid: parent?.metadata.uid, controller: true },
    ]);
    expect(await served.cluster.get(childRef(other, name))).toBeUndefined();

    await served.cluster.patch(namespaceRef(other), { metadata: { labels: { fan: name } } });
    await ready(name, 2);
    expect((await served.cluster.get(secretRef(other, name)))?.data).toEqual({ PASSWORD: btoa(secretValue("first")) });
    await served.cluster.patch(namespaceRef(first), { metadata: { labels: { fan: null } } });
    await served.cluster.untilGone(childRef(first, name));
    await served.cluster.untilGone(secretRef(first, name));
    const after = await ready(name, 1);
    expect(conditionOf(after, "Ready")?.message).toBe("1 of 1 namespace ready");
  });

  it("takes namespaces by name, also those that come later, and holds up none that is deleted", async () => {
    const name = unique("names");
    const later = unique("later");
    await fanOut(name, await secretIn(), `  namespaces: [${later}]\n  externalValueName: db\n`);
    await until(
      name,
      (object) => conditionOf(object, "Ready")?.message === `0 of 0 namespaces ready; not there yet: ${later}`,
      "it says which namespace is not there",
    );
    await served.cluster.create({ ...namespaceRef(later), metadata: { name: later } });
    await ready(name, 1);
    const namespace = await served.cluster.get(namespaceRef(later));
    expect(namespace?.metadata.finalizers).toBeUndefined();
    await served.cluster.delete(namespaceRef(later));
    await served.cluster.untilGone(namespaceRef(later));
    await until(name, (object) => countsOf(object)?.matching === 0, "the namespace is not counted any more");
  });

  it("never overwrites an ExternalValue that it does not own, names the conflict, and heals", async () => {
    const name = unique("conflict");
    const namespace = await served.cluster.createNamespace("c", { fan: name });
    const free = await served.cluster.createNamespace("d", { fan: name });
    const spec = { suspend: true, data: [{ key: "OWN", parameterStore: { name: "/own" } }] };
    await served.cluster.create({ ...childRef(namespace, name), metadata: { name, namespace }, spec });
    await fanOut(name, await secretIn());
    const object = await until(
      name,
      (found) => countsOf(found)?.ready === 1 && countsOf(found)?.failing === 1,
      "the conflict is told",
    );
    expect(conditionOf(object, "Ready")).toMatchObject({ status: "False", reason: "TargetConflict" });
    expect(conditionOf(object, "Stalled")).toMatchObject({ status: "True" });
    expect(object.status?.["failing"]).toEqual([
      { namespace, reason: "TargetConflict", message: expect.stringContaining(`${namespace}/${name}`) },
    ]);
    expect((await served.cluster.get(childRef(namespace, name)))?.spec).toEqual(spec);
    expect((await served.cluster.get(secretRef(free, name)))?.data).toBeDefined();
    await served.cluster.delete(childRef(namespace, name));
    await ready(name, 2);
  });

  it("carries an edit into every namespace, takes back what was its own, and repairs what was edited there", async () => {
    const name = unique("edit");
    const namespace = await served.cluster.createNamespace("e", { fan: name });
    const secretId = await secretIn();
    await fanOut(name, secretId, "  externalValueMetadata: { labels: { former: a, kept: a } }\n");
    await ready(name, 1);
    const ref = childRef(namespace, name);
    await served.cluster.patch(ref, { metadata: { labels: { foreign: "x" } } });
    await fanOut(name, secretId, "  externalValueMetadata: { labels: { kept: b } }\n", "2h");
    const edited = await served.cluster.until(
      ref,
      ({ metadata, spec }) =>
        metadata.labels?.["kept"] === "b" && (spec as { refreshInterval: string }).refreshInterval === "2h",
      { what: "the edit has arrived" },
    );
    expect(edited.metadata.labels).toEqual({ foreign: "x", kept: "b" });
    await served.cluster.patch(ref, { spec: { suspend: true } });
    await served.cluster.until(ref, ({ spec }) => !("suspend" in (spec as object)), { what: "it is repaired" });
    await served.cluster.delete(ref);
    await served.cluster.until(ref, ({ metadata }) => metadata.uid !== edited.metadata.uid, { what: "it is back" });
    await ready(name, 1);
  });

  it("counts and names the namespaces whose values cannot be had", async () => {
    const name = unique("failing");
    const namespace = await served.cluster.createNamespace("f", { fan: name });
    await fanOut(name, unique("nowhere"));
    const object = await until(name, (found) => countsOf(found)?.failing === 1, "the failure is told");
    expect(conditionOf(object, "Ready")).toMatchObject({
      status: "False",
      reason: "ValueNotFound",
      message: `0 of 1 namespace ready; failing: ${namespace} (ValueNotFound)`,
    });
    expect(object.status?.["failing"]).toMatchObject([{ namespace, reason: "ValueNotFound" }]);
  });

  it("refuses an ExternalValue that no namespace could serve, once and not in each", async () => {
    const name = unique("refused");
    const namespace = await served.cluster.createNamespace("r", { fan: name });
    await fanOut(name, await secretIn(), `  externalValueMetadata: { labels: { a: b } }\n`);
    await ready(name, 1);
    await served.cluster.patch(refOf(name), {
      spec: { externalValueSpec: { data: [{ key: "A", to: "Template", parameterStore: { name: "/a" } }] } },
    });
    const object = await until(name, (found) => conditionOf(found, "Ready")?.reason === "SpecInvalid", "it is refused");
    expect(conditionOf(object, "Ready")?.message).toContain("spec.externalValueSpec must have a key");
    expect((await served.cluster.get(secretRef(namespace, name)))?.data).toEqual({
      PASSWORD: btoa(secretValue("first")),
    });
  });

  it("writes nothing anew after a restart of the operator, and goes on with what has come meanwhile", async () => {
    const name = unique("again");
    const namespace = await served.cluster.createNamespace("i", { fan: name });
    await fanOut(name, await secretIn());
    await ready(name, 1);
    const before = await served.cluster.get(childRef(namespace, name));
    await served.operator().kill();
    const other = await served.cluster.createNamespace("j", { fan: name });
    await served.restart("kill");
    await ready(name, 2);
    expect(await served.cluster.get(childRef(namespace, name))).toEqual(before);
    expect(await served.cluster.get(secretRef(other, name))).toBeDefined();
  });

  it("takes its ExternalValues with it when it is deleted, by garbage collection", async () => {
    const name = unique("gone");
    const namespace = await served.cluster.createNamespace("g", { fan: name });
    await fanOut(name, await secretIn());
    await ready(name, 1);
    await served.cluster.delete(refOf(name));
    await served.cluster.untilGone(childRef(namespace, name));
    await served.cluster.untilGone(secretRef(namespace, name));
  });
});

describe("a hundred namespaces", () => {
  const cycleMs = 5_000;

  beforeAll(async () => {
    for (const name of made) await served.cluster.delete(refOf(name));
  });

  it("cost one AWS read a cycle and a handful of status writes, and one more is ready within 2 s", async () => {
    const name = unique("hundred");
    const secretId = await secretIn();
    const namespaces = await Promise.all(
      Array.from({ length: 100 }, () => served.cluster.createNamespace("h", { fan: name })),
    );
    const writes = new Set<string>();
    const began = Date.now();
    await fanOut(name, secretId, "", `${cycleMs / 1000}s`);
    await until(
      name,
      (object) => {
        writes.add(JSON.stringify(object.status));
        return conditionOf(object, "Ready")?.status === "True" && countsOf(object)?.ready === 100;
      },
      "a hundred namespaces are ready",
    );
    const tookMs = Date.now() - began;
    expect(writes.size).toBeLessThanOrEqual(Math.ceil(tookMs / 500) + 3);

    // All that the operator asks AWS: nothing else is due within the hour.
    const reads = () => served.proxy.entries().length;
    const untilRead = async (more: number): Promise<number> => {
      const wanted = reads() + more;
      await eventually(() => (reads() >= wanted ? true : undefined), { what: "a cycle", intervalMs: 20 });
      return Date.now();
    };
    const first = await untilRead(1);
    const cycles = ((await untilRead(3)) - first) / cycleMs;
    const perCycle = 3 / cycles;
    // An interval is kept to a tenth.
    expect(perCycle).toBeLessThanOrEqual(1.15);

    const created = Date.now();
    const added = await served.cluster.createNamespace("h", { fan: name });
    await served.cluster.until(secretRef(added, name), ({ data }) => data?.["PASSWORD"] !== undefined, {
      what: "the Secret of the new namespace",
    });
    const secondsToReady = (Date.now() - created) / 1000;
    expect(secondsToReady).toBeLessThan(2);
    process.stdout.write(
      `100 namespaces: ready in ${tookMs} ms, ${writes.size} statuses, ${perCycle.toFixed(2)} reads a cycle; one more: ${secondsToReady} s\n`,
    );
    await served.cluster.delete(refOf(name));
    await Promise.all([...namespaces, added].map((namespace) => served.cluster.delete(namespaceRef(namespace))));
  }, 120_000);
});
