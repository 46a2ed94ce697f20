import { describe, expect, it } from "@jest/globals";
import { externalValueStatus } from "../../api/external-value.ts";
import { checkValue } from "../../api/schema/check-value.ts";
import { createBench, key } from "./testing/bench.ts";

const ready = (bench: ReturnType<typeof createBench>) => bench.status().conditions[0];

describe("nothing to write", () => {
  it("everything optional, and nothing there: an empty target, every key named", async () => {
    const bench = createBench();
    bench.put({
      data: ["A", "B"].map((name) => ({ key: name, optional: true, parameterStore: { name: `/${name}` } })),
    });
    await bench.visit();
    expect(ready(bench)).toMatchObject({ status: "True", message: "0 keys in Secret/checkout" });
    expect(bench.status().values.map(({ key: name, state }) => `${name} ${state}`)).toEqual(["A Missing", "B Missing"]);
    expect(bench.status().counts).toEqual({ total: 2, ready: 2, faulty: 0 });
  });

  it("a target that loses its last key under Prune stays, empty, and gets it back", async () => {
    const bench = createBench();
    bench.fake.calls.putParameter("/a", "one");
    const spec = {
      refreshInterval: "10s",
      secret: { deletionPolicy: "Prune" },
      data: [{ key: "A", parameterStore: { name: "/a" } }],
    };
    bench.put(spec);
    await bench.visit();
    bench.fake.calls.parameters.clear();
    for (let looks = 0; looks < 4; looks += 1) {
      await bench.fake.clock.advance(30_000);
      await bench.visit();
    }
    expect(bench.cluster.find("Secret", "checkout")).toMatchObject({ data: {} });
    expect(bench.status().values).toMatchObject([{ key: "A", state: "Pruned" }]);
    bench.fake.calls.putParameter("/a", "again");
    await bench.fake.clock.advance(30_000);
    await bench.visit();
    expect(bench.cluster.find("Secret", "checkout")).toMatchObject({ data: { A: btoa("again") } });
  });

  it("a block without items makes an empty target", async () => {
    const bench = createBench();
    bench.put({ secret: {} });
    await bench.visit();
    expect(ready(bench)).toMatchObject({ status: "True" });
  });
});

describe("more keys than a status has room for", () => {
  const many = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`key${index}`, "x"]));
  const spec = { refreshInterval: "10s", dataFrom: [{ secretsManager: { secretId: "many" } }] };

  it("has 500 rows, faulty ones first, and counts all", async () => {
    const bench = createBench();
    bench.fake.calls.putSecret("many", JSON.stringify(many));
    bench.put({ ...spec, data: [{ key: "OPTIONAL", optional: true, parameterStore: { name: "/none" } }] });
    await bench.visit();
    expect(bench.status().values).toHaveLength(500);
    expect(bench.status().values[0]).toMatchObject({ key: "OPTIONAL", state: "Missing" });
    expect(bench.status().counts).toEqual({ total: 601, ready: 601, faulty: 0 });
  });

  it("misses also a key that has no row", async () => {
    const bench = createBench();
    bench.fake.calls.putSecret("many", JSON.stringify(many));
    bench.put(spec);
    await bench.visit();
    const { key599: _, ...fewer } = many;
    bench.fake.calls.putSecret("many", JSON.stringify(fewer));
    await bench.fake.clock.advance(30_000);
    await bench.visit();
    expect(ready(bench)).toMatchObject({ status: "False", reason: "ValueNotFound" });
    expect(ready(bench)?.message).toContain("key key599:");
    expect(bench.cluster.find("Secret", "checkout")).toMatchObject({ data: { key599: btoa("x") } });
  });

  it("stays within what the API server takes, however long the names are", async () => {
    const long = Object.fromEntries(Array.from({ length: 600 }, (_, index) => [`${"k".repeat(1_500)}${index}`, "x"]));
    const bench = createBench();
    bench.fake.calls.putSecret("many", JSON.stringify(long));
    const rewrite = [{ match: "^k+(.*)$", replace: "k$1" }];
    bench.put({ dataFrom: [{ ...spec.dataFrom[0], keys: { rewrite } }] });
    await bench.visit();
    const status = bench.status();
    expect(ready(bench)).toMatchObject({ status: "True" });
    expect(checkValue(externalValueStatus, JSON.parse(JSON.stringify(status)), "status")).toEqual([]);
    expect(JSON.stringify(status).length).toBeLessThan(700_000);
    expect(status.values.length).toBeGreaterThan(300);
    expect(status.counts.total).toBe(600);
  });
});

describe("names that come and go for ever", () => {
  it("do not fill the status", async () => {
    const bench = createBench();
    bench.put({
      refreshInterval: "10s",
      secret: { deletionPolicy: "Prune" },
      dataFrom: [{ parameterStore: { path: "/p" } }],
    });
    bench.fake.calls.putParameter("/p/stays", "x");
    for (let index = 0; index < 80; index += 1) {
      bench.fake.calls.putParameter(`/p/n${index}`, "x");
      await bench.fake.clock.advance(12_000);
      await bench.visit();
      bench.fake.calls.parameters.delete(`/p/n${index}`);
      for (const ms of [12_000, 62_000]) {
        await bench.fake.clock.advance(ms);
        await bench.visit();
      }
    }
    const pruned = bench.status().values.filter(({ state }) => state === "Pruned");
    expect(pruned.length).toBeLessThanOrEqual(51);
    expect(pruned.map((row) => row.key)).toContain("n79");
    expect(bench.reconciler.entries.get(key)?.rows).toBeUndefined();
  });
});
