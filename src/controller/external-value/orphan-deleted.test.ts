import { expect, it } from "@jest/globals";
import { createBench } from "./testing/bench.ts";

it("deletes an Orphan of its own under deletionPolicy Delete, and says so", async () => {
  const bench = createBench();
  const lookForTwoMinutes = async () => {
    for (let looks = 0; looks < 4; looks += 1) {
      await bench.fake.clock.advance(30_000);
      await bench.visit();
    }
  };
  bench.fake.calls.putParameter("/a", "one");
  bench.put({
    refreshInterval: "10s",
    secret: { creationPolicy: "Orphan", deletionPolicy: "Delete" },
    data: [{ key: "A", parameterStore: { name: "/a" } }],
  });
  await bench.visit();
  const made = bench.cluster.find("Secret", "checkout");
  expect(made?.metadata.ownerReferences).toBeUndefined();
  bench.fake.calls.parameters.delete("/a");
  await lookForTwoMinutes();
  expect(bench.cluster.find("Secret", "checkout")).toBeUndefined();
  expect(bench.status().targets).toEqual([]);
  expect(bench.status().conditions[0]?.message).toBe("Secret/checkout deleted: all its values are gone");
  bench.fake.calls.putParameter("/a", "again");
  await bench.fake.clock.advance(30_000);
  await bench.visit();
  expect(bench.cluster.find("Secret", "checkout")).toBeDefined();
});
