import { expect, it } from "@jest/globals";
import { defaultLimits } from "../../api/store-model.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

const minute = 60_000;

const spec = (name: string, more: object = {}, target: object = {}) => ({
  refreshInterval: "10s",
  secret: { deletionPolicy: "Prune", ...target },
  data: [
    { key: "A", parameterStore: { name }, ...more },
    { key: "B", parameterStore: { name: "/b" } },
  ],
});

async function inStep(more: object = {}): Promise<Bench> {
  const bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
  bench.fake.calls.putParameter("/b", "two");
  bench.put(spec("/a", more));
  await bench.visit();
  expect(keysOf(bench)).toEqual(["A", "B"]);
  return bench;
}

/** Visits until a second look has long been taken. */
async function wait(bench: Bench): Promise<void> {
  for (let looks = 0; looks < 4; looks += 1) {
    await bench.visit();
    await bench.fake.clock.advance(minute);
  }
  await bench.visit();
}

function keysOf(bench: Bench): string[] {
  const secret = bench.cluster.find("Secret", "checkout") as { data?: object } | undefined;
  return Object.keys(secret?.data ?? {}).sort();
}

/** The store now leads to a region where nothing is. */
function moveStore(bench: Bench): void {
  const { calls, plane } = bench.fake;
  const reader = plane.reader({ id: "moved", region: "eu-west-1", calls, limits: defaultLimits });
  bench.resolve = (ready) => ({ ...ready, reader, origin: "elsewhere" });
  calls.parameters.delete("/a");
}

it("prunes the key of a value that is gone, at a second look", async () => {
  const bench = await inStep();
  bench.fake.calls.parameters.delete("/a");
  bench.put(spec("/a"), { "externalvalues.dev/refresh": "1" });
  await bench.visit();
  expect(keysOf(bench)).toEqual(["A", "B"]);
  await wait(bench);
  expect(keysOf(bench)).toEqual(["B"]);
});

it("keeps a key pruned over a start of the operator, without freezing the target for another minute", async () => {
  const bench = await inStep();
  bench.fake.calls.parameters.delete("/a");
  await wait(bench);
  expect(keysOf(bench)).toEqual(["B"]);
  const before = bench.cluster.find("ExternalValue", "checkout")?.metadata.resourceVersion;
  bench.reconciler.forget(key);
  await bench.visit();
  expect(bench.cluster.find("ExternalValue", "checkout")?.metadata.resourceVersion).toBe(before);
  expect(bench.status().conditions[0]).toMatchObject({ status: "True" });
});

it("prunes nothing where the spec came to name what never was there", async () => {
  const bench = await inStep();
  bench.put(spec("/mistyped"));
  await wait(bench);
  expect(keysOf(bench)).toEqual(["A", "B"]);
  expect(bench.status().conditions[0]).toMatchObject({ status: "False", reason: "ValueNotFound" });
});

it("leaves an optional key out where the spec came to name what is not there", async () => {
  const bench = await inStep({ optional: true });
  bench.put(spec("/not-yet", { optional: true }));
  await wait(bench);
  expect(keysOf(bench)).toEqual(["B"]);
  expect(bench.status().values[0]).toMatchObject({ key: "A", state: "Missing" });
});

it.each([{ optional: false }, { optional: true }])(
  "loses nothing to a store that was edited to a wrong region: $optional",
  async (more) => {
    const bench = await inStep(more);
    moveStore(bench);
    await wait(bench);
    expect(keysOf(bench)).toEqual(["A", "B"]);
  },
);
