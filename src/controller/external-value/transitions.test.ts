import { beforeEach, describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { TargetObject } from "../target/desired.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

const data = [{ key: "A", parameterStore: { name: "/a" } }];
const named = (name: string) => ({ secret: { name }, data });
const routed = (to: string) => ({ data: data.map((item) => ({ ...item, to })) });

let bench: Bench;

beforeEach(() => {
  bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
});

const targets = (): string[] =>
  ["Secret/checkout", "Secret/other", "ConfigMap/checkout"].filter((address) => {
    const [kind = "", name = ""] = address.split("/");
    return bench.cluster.find(kind, name) !== undefined;
  });

async function put(spec: object): Promise<void> {
  bench.put(spec);
  await bench.visit();
}

describe("there and back, before the watch has told of anything", () => {
  it.each([
    { reason: "a rename", first: named("checkout"), second: named("other"), between: ["Secret/other"] },
    { reason: "another route", first: routed("Secret"), second: routed("ConfigMap"), between: ["ConfigMap/checkout"] },
  ])("$reason: one target stands at any time", async ({ first, second, between }) => {
    await put(first);
    const before = targets();
    await put(second);
    expect(targets()).toEqual(between);
    await put(first);
    expect(targets()).toEqual(before);
    expect(bench.status().targets).toHaveLength(1);
    expect(bench.status().conditions[0]).toMatchObject({ status: "True" });
  });
});

describe("a former target", () => {
  it("stays while the new one cannot be made, and is not forgotten", async () => {
    await put(named("checkout"));
    bench.cluster.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "other", namespace: "shop" },
    } as KubernetesObject);
    await put(named("other"));
    expect(bench.status().conditions[0]).toMatchObject({ status: "False", reason: "TargetConflict" });
    expect(targets()).toEqual(["Secret/checkout", "Secret/other"]);
    bench.cluster.remove("Secret", "other");
    await bench.visit();
    expect(targets()).toEqual(["Secret/other"]);
  });

  it("stays where another object has taken its name", async () => {
    await put(named("checkout"));
    bench.cluster.put({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "checkout", namespace: "shop", uid: "uid-another" },
    } as KubernetesObject);
    await put(named("other"));
    expect(targets()).toEqual(["Secret/checkout", "Secret/other"]);
  });

  it("goes under deletionPolicy Delete, although another target is frozen", async () => {
    bench.fake.calls.putParameter("/b", "two");
    const spec = {
      secret: { deletionPolicy: "Delete" },
      data: [...data, { key: "B", to: "ConfigMap", parameterStore: { name: "/b" } }],
    };
    await put(spec);
    bench.fake.calls.parameters.clear();
    bench.put(spec, { "externalvalues.dev/refresh": "1" });
    await bench.visit();
    await bench.fake.clock.advance(70_000);
    await bench.visit();
    expect(targets()).toEqual(["ConfigMap/checkout"]);
    expect(bench.status().targets.map(({ kind }) => kind)).toEqual(["ConfigMap"]);
  });
});

describe("a key that changes from one standing target to the other", () => {
  const row = (key: string, to: string) => ({ key, to, parameterStore: { name: "/a" } });
  const spec = (at: Readonly<Record<string, string>>, more: object = {}) => ({
    ...more,
    data: Object.entries(at).map(([key, to]) => row(key, to)),
  });
  const one = { STAYS: "Secret", STAYS_TOO: "ConfigMap", A: "Secret", B: "ConfigMap" };
  const keysOf = (kind: string) =>
    Object.keys((bench.cluster.find(kind, "checkout") as TargetObject)?.data ?? {}).sort();
  /** At every request to write: is each key in some target? */
  const watchFor = (keys: readonly string[]) => {
    const missing: string[] = [];
    bench.cluster.afterWrite = () => {
      const present = new Set([...keysOf("Secret"), ...keysOf("ConfigMap")]);
      missing.push(...keys.filter((key) => !present.has(key)));
    };
    return missing;
  };

  it.each([
    { reason: "to the ConfigMap", next: { ...one, A: "ConfigMap" } },
    { reason: "to the Secret", next: { ...one, B: "Secret" } },
    { reason: "both ways at once", next: { ...one, A: "ConfigMap", B: "Secret" } },
  ])("is in one of them at any time: $reason", async ({ next }) => {
    await put(spec(one));
    const missing = watchFor(["A", "B", "STAYS", "STAYS_TOO"]);
    await put(spec(next));
    await put(spec(one));
    await put(spec(next));
    expect(missing).toEqual([]);
    const inSecret = Object.entries(next).flatMap(([key, to]) => (to === "Secret" ? [key] : []));
    expect(keysOf("Secret")).toEqual(inSecret.sort());
    expect(keysOf("ConfigMap")).toHaveLength(4 - inSecret.length);
    expect(bench.status().conditions[0]).toMatchObject({ status: "True" });
  });

  it("is not written back where it had gone before the process ended", async () => {
    await put(spec(one));
    const before = bench.status();
    await put(spec({ ...one, A: "ConfigMap", B: "Secret" }));
    const resource = bench.cluster.find("ExternalValue", "checkout");
    bench.cluster.put({ ...resource, status: before } as unknown as KubernetesObject);
    bench.reconciler.forget(key);
    bench.cluster.log.length = 0;
    await bench.visit();
    expect(bench.cluster.log.filter((request) => !request.startsWith("get"))).toEqual(["status ExternalValue"]);
    // Whatever way it took: the change is counted.
    expect(bench.status().targets.every(({ dataVersion }) => dataVersion > 1)).toBe(true);
  });

  it.each([
    { reason: "the process goes on", starts: false },
    { reason: "the process starts anew", starts: true },
  ])("stays where it was while the other cannot be written: $reason", async ({ starts }) => {
    await put(spec(one));
    const blocked = { ...spec({ ...one, A: "ConfigMap" }) };
    const absent = { key: "ABSENT", to: "ConfigMap", parameterStore: { name: "/absent" } };
    await put({ data: [...blocked.data, absent] });
    expect(bench.status().conditions[0]).toMatchObject({ status: "False", reason: "ValueNotFound" });
    if (starts) bench.reconciler.forget(key);
    await bench.fake.clock.advance(4_000_000);
    await bench.visit();
    expect(keysOf("Secret")).toEqual(["A", "STAYS"]);
    await put(blocked);
    expect(keysOf("Secret")).toEqual(["STAYS"]);
    expect(keysOf("ConfigMap")).toEqual(["A", "B", "STAYS_TOO"]);
  });
});
