import { expect, it } from "@jest/globals";
import { createBench } from "./testing/bench.ts";

it("says in the status that the operator has a bug, without its words, and leaves the target", async () => {
  const bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
  bench.put({ data: [{ key: "A", parameterStore: { name: "/a" } }] });
  await bench.visit();
  const before = bench.cluster.find("Secret", "checkout");
  bench.resolve = () => {
    throw new TypeError("CANARY");
  };
  await expect(bench.visit()).rejects.toThrow(TypeError);
  expect(bench.status().conditions[0]).toMatchObject({ status: "False", reason: "InternalError" });
  expect(JSON.stringify(bench.status())).not.toContain("CANARY");
  expect(bench.cluster.find("Secret", "checkout")).toBe(before);
  bench.resolve = (ready) => ready;
  bench.put({ data: [{ key: "A", parameterStore: { name: "/a" } }] });
  await bench.visit();
  expect(bench.status().conditions[0]).toMatchObject({ status: "True", reason: "Synced" });
});
