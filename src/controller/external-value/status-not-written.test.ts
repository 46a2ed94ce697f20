import { expect, it } from "@jest/globals";
import { ApiError } from "../../kubernetes/client.ts";
import { createBench, key } from "./testing/bench.ts";

// A status that the API server did not take, for a reason that passes, must be written by a later visit.

const unavailable = new ApiError({ status: 503, reason: "ServiceUnavailable", message: "overloaded" });

function startBench() {
  const bench = createBench();
  const { client } = bench.cluster;
  const { replaceStatus } = client;
  bench.fake.calls.putParameter("/a", "one");
  bench.put({ refreshInterval: "1h", data: [{ key: "A", parameterStore: { name: "/a" } }] });
  return {
    bench,
    async visitWhileNoStatusIsTaken() {
      Object.assign(client, { replaceStatus: () => Promise.reject(unavailable) });
      const thrown = expect(bench.reconciler.reconcile(key, "interactive")).rejects.toBe(unavailable);
      await bench.fake.clock.advance(200);
      await thrown;
      Object.assign(client, { replaceStatus });
    },
  };
}

it("of a first delivery", async () => {
  const { bench, visitWhileNoStatusIsTaken } = startBench();
  await visitWhileNoStatusIsTaken();
  expect(bench.cluster.find("Secret", "checkout")).toBeDefined();
  expect(bench.status().observedGeneration).toBe(-1);
  await bench.visit();
  expect(bench.status().observedGeneration).toBe(1);
  expect(bench.status().conditions[0]).toMatchObject({ type: "Ready", status: "True" });
});

it("that could wait behind others", async () => {
  const { bench, visitWhileNoStatusIsTaken } = startBench();
  await bench.visit();
  const made = bench.cluster.find("Secret", "checkout");
  const target = bench.reconciler.entries.get(key)?.targets.get("Secret/checkout");
  Object.assign(target ?? {}, { gone: made?.metadata });
  bench.cluster.remove("Secret", "checkout");
  bench.waiting = 1;
  await bench.visit();
  const again = bench.cluster.find("Secret", "checkout");
  expect(again?.metadata.uid).not.toBe(made?.metadata.uid);
  expect(bench.status().targets[0]?.uid).toBe(made?.metadata.uid);
  bench.waiting = 0;
  await visitWhileNoStatusIsTaken();
  await bench.visit("refresh");
  expect(bench.status().targets[0]?.uid).toBe(again?.metadata.uid);
});
