import { expect, it } from "@jest/globals";
import { createBench, key } from "./testing/bench.ts";

it("is left alone while its store is another operator's, and found again by an edit of that store", async () => {
  const bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
  bench.put({ data: [{ key: "A", parameterStore: { name: "/a" } }] });
  bench.resolve = () => ({ kind: "foreign" });
  expect(await bench.visit()).toBeUndefined();
  expect(bench.reconciler.entries.size).toBe(0);
  expect(bench.cluster.log).toEqual([]);
  expect([...bench.references.ofStore("ClusterValueStore/default")]).toEqual([key]);
});
