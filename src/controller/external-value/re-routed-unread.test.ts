import { expect, it } from "@jest/globals";
import { awsError } from "../../aws/fakes/fake-service-calls.ts";
import { createBench } from "./testing/bench.ts";

it("a key that is re-routed while its value cannot be read keeps the evidence that it was there", async () => {
  const bench = createBench();
  const spec = (to: string) => ({
    data: [{ key: "A", to, optional: true, sensitive: false, parameterStore: { name: "/a" } }],
  });
  bench.fake.calls.putParameter("/a", "one");
  bench.put(spec("Secret"));
  await bench.visit();
  const [before] = bench.status().values;
  expect(before).toMatchObject({ key: "A", version: expect.any(String), origin: "here" });
  bench.fake.calls.fault = () => {
    throw awsError("denied");
  };
  bench.put({ ...spec("ConfigMap"), refreshPolicy: "OnChange" });
  await bench.visit();
  const [row] = bench.status().values;
  expect(row).toMatchObject({ key: "A", state: "Stale", version: before?.version, origin: "here" });
});
