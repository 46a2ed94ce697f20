import { describe, expect, it, test } from "@jest/globals";
import type { Resolution } from "../stores/directory.ts";
import { createBench, key } from "./testing/bench.ts";

const foreign: Resolution = { kind: "foreign" };
const missing: Resolution = {
  kind: "failed",
  failure: { reason: "StoreNotFound", message: "key A: ClusterValueStore default does not exist" },
};

it("is left alone while its store is another operator's, and found again by an edit of that store", async () => {
  const bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
  bench.put({ data: [{ key: "A", parameterStore: { name: "/a" } }] });
  bench.resolve = () => foreign;
  expect(await bench.visit()).toBeUndefined();
  expect(bench.reconciler.entries.size).toBe(0);
  expect(bench.cluster.log).toEqual([]);
  expect([...bench.references.ofStore("ClusterValueStore/default")]).toEqual([key]);
});

it("is left alone also where this operator would refuse it: restarts are switched on in the one that serves it", async () => {
  const bench = createBench();
  const restart = [{ kind: "Deployment", name: "app" }];
  bench.put({ restart, data: [{ key: "A", parameterStore: { name: "/a" } }] });
  bench.resolve = () => foreign;
  await bench.visit();
  expect(bench.cluster.log).toEqual([]);
  bench.resolve = (ready) => ready;
  await bench.visit();
  expect(bench.status().conditions[0]?.reason).toBe("SpecInvalid");
});

describe("of stores of several operators, the first that exists says whose it is", () => {
  const ready = "ready" as const;
  test.each([
    { reason: "the first is ours", stores: [ready, foreign], told: true },
    { reason: "the first is another's", stores: [foreign, ready], told: false },
    { reason: "the first does not exist, the second is ours", stores: [missing, ready], told: true },
    { reason: "the first does not exist, the second is another's", stores: [missing, foreign], told: false },
    { reason: "none exists", stores: [missing, missing], told: true },
  ])("$reason", async ({ stores, told }) => {
    const bench = createBench();
    bench.fake.calls.putParameter("/a", "one");
    bench.put({ data: ["A", "B"].map((name) => ({ key: name, parameterStore: { name: "/a" } })) });
    let asked = 0;
    bench.resolve = (resolution) => {
      const store = stores[asked % 2];
      asked += 1;
      return store === ready || store === undefined ? resolution : store;
    };
    await bench.visit();
    expect(bench.cluster.log.includes("status ExternalValue")).toBe(told);
  });
});

describe("a resource without any store, seen by two operators", () => {
  it("is told of by one: the other finds it told", async () => {
    const bench = createBench();
    const other = createBench({ cluster: bench.cluster });
    bench.put({ data: [{ key: "A", parameterStore: { name: "/a" } }] });
    bench.resolve = () => missing;
    // Say of a namespaced install, whose default store is of another kind.
    other.resolve = () => ({ ...missing, failure: { ...missing.failure, message: "ValueStore default" } });
    await bench.visit();
    await other.visit();
    await bench.visit();
    await other.visit();
    expect(bench.cluster.log).toEqual(["status ExternalValue"]);
    expect([...bench.recorded, ...other.recorded]).toEqual(["StoreNotFound"]);
    expect(bench.status().conditions[0]?.message).toBe(missing.failure.message);
  });

  it("is told of by one also where both look at the same time", async () => {
    const bench = createBench();
    const other = createBench({ cluster: bench.cluster });
    bench.put({ data: [{ key: "A", parameterStore: { name: "/a" } }] });
    bench.resolve = () => missing;
    other.resolve = () => missing;
    await Promise.all([bench.visit(), other.visit()]);
    expect([...bench.recorded, ...other.recorded]).toEqual(["StoreNotFound"]);
  });

  it("is told of again after an edit, and when a refresh is asked for", async () => {
    const bench = createBench();
    bench.put({ data: [{ key: "A", parameterStore: { name: "/a" } }] });
    bench.resolve = () => missing;
    await bench.visit();
    bench.put({ data: [{ key: "A", parameterStore: { name: "/b" } }] });
    await bench.visit();
    expect(bench.status().observedGeneration).toBe(2);
    bench.put({ data: [{ key: "A", parameterStore: { name: "/b" } }] }, { "externalvalues.dev/refresh": "now" });
    await bench.visit();
    expect(bench.status().lastHandledRefresh).toBe("now");
  });

  it("is served as soon as there is one", async () => {
    const bench = createBench();
    bench.fake.calls.putParameter("/a", "one");
    bench.put({ data: [{ key: "A", parameterStore: { name: "/a" } }] });
    bench.resolve = () => missing;
    await bench.visit();
    bench.resolve = (ready) => ready;
    await bench.visit();
    expect(bench.status().conditions[0]?.reason).toBe("Synced");
  });
});
