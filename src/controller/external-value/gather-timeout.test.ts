import { expect, it } from "@jest/globals";
import { createBench, key } from "./testing/bench.ts";

const minute = 60_000;

it("reading that takes longer than a minute is an outage: the target stands, and it is tried again", async () => {
  const bench = createBench();
  const { calls, clock } = bench.fake;
  calls.putParameter("/a", "one");
  bench.put({ refreshInterval: "10s", data: [{ key: "A", parameterStore: { name: "/a" } }] });
  await bench.visit();
  const before = bench.cluster.find("Secret", "checkout")?.metadata.resourceVersion;
  // A new key, and an AWS that never answers.
  calls.latency = () => new Promise(() => undefined);
  calls.putParameter("/b", "two");
  const data = ["A", "B"].map((name) => ({ key: name, parameterStore: { name: `/${name.toLowerCase()}` } }));
  bench.put({ refreshInterval: "10s", data });
  let verdict: unknown = "none yet";
  const visit = bench.reconciler.reconcile(key, "interactive").then((came) => {
    verdict = came;
  });
  await clock.advance(minute - 1000);
  expect(verdict).toBe("none yet");
  await clock.advance(2000);
  await visit;
  expect(verdict).not.toBeUndefined();
  expect(bench.cluster.find("Secret", "checkout")?.metadata.resourceVersion).toBe(before);
  const row = bench.status().values.find((each) => each.key === "B");
  expect(row).toMatchObject({ state: "AwsUnavailable", message: expect.stringContaining("takes too long") });
  expect(bench.status().conditions).toEqual([
    expect.objectContaining({ type: "Ready", status: "True" }),
    expect.objectContaining({ type: "Stalled", status: "False" }),
    expect.objectContaining({ type: "Degraded", status: "True", reason: "AwsUnavailable" }),
  ]);
  calls.latency = () => Promise.resolve();
  // Whoever shared the request that hangs asks anew.
  bench.put({ refreshInterval: "10s", data }, { "externalvalues.dev/refresh": "1" });
  await bench.visit();
  expect(bench.status().conditions[0]).toMatchObject({ status: "True" });
});
