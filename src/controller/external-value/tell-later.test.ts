import { beforeEach, describe, expect, it } from "@jest/globals";
import type { TargetObject } from "../target/desired.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

let bench: Bench;

beforeEach(() => {
  bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
});

const secret = (name = "checkout") => bench.cluster.find("Secret", name) as TargetObject | undefined;
const told = () => bench.status().targets[0]?.uid === secret()?.metadata.uid;

async function inStep(more: object = {}): Promise<void> {
  bench.put({ ...more, data: [{ key: "A", parameterStore: { name: "/a" } }] });
  await bench.visit();
  expect(told()).toBe(true);
}

/** Somebody deletes the target, and the watch tells of it. */
function deleted(): void {
  const { uid = "", resourceVersion = "" } = secret()?.metadata ?? {};
  bench.cluster.remove("Secret", "checkout");
  const target = bench.reconciler.entries.get(key)?.targets.get("Secret/checkout");
  if (target) target.gone = { uid, resourceVersion };
}

describe("a target that was deleted", () => {
  it("is made again at once, and told of behind those that wait", async () => {
    await inStep();
    const before = bench.status();
    deleted();
    bench.waiting = 5;
    bench.cluster.log.length = 0;
    expect(await bench.visit()).toEqual({ afterMs: 0, line: "refresh" });
    expect(bench.cluster.log).toEqual(["create Secret"]);
    expect(bench.status()).toEqual(before);
    expect(await bench.visit("refresh")).toBeUndefined();
    expect(bench.cluster.log).toEqual(["create Secret", "status ExternalValue"]);
    expect(told()).toBe(true);
    await bench.visit("refresh");
    expect(bench.cluster.log).toHaveLength(2);
  });

  it.each([
    { reason: "nobody waits", more: {}, waiting: 0, line: "interactive" },
    { reason: "it was its turn behind them", more: {}, waiting: 5, line: "refresh" },
    {
      reason: "Once: the status says what was written",
      more: { refreshPolicy: "Once" },
      waiting: 5,
      line: "interactive",
    },
    {
      reason: "what may be merged into has no mark of its own",
      more: { secret: { creationPolicy: "CreateOrMerge" } },
      waiting: 5,
      line: "interactive",
    },
  ] as const)("is told of at once: $reason", async ({ more, waiting, line }) => {
    await inStep(more);
    deleted();
    bench.waiting = waiting;
    await bench.visit(line);
    expect(told()).toBe(true);
  });

  it("is told of at once where its data is new", async () => {
    await inStep();
    deleted();
    bench.fake.calls.putParameter("/a", "two");
    bench.put({ data: [{ key: "B", parameterStore: { name: "/a" } }] });
    bench.waiting = 5;
    await bench.visit();
    expect(told()).toBe(true);
    expect(bench.status().targets).toMatchObject([{ dataVersion: 2 }]);
  });

  it("is neither counted twice nor foreign to a process that starts before it was told of", async () => {
    await inStep();
    deleted();
    bench.waiting = 5;
    await bench.visit();
    expect(told()).toBe(false);
    // Nothing of the first process is left.
    bench.reconciler.forget(key);
    bench.waiting = 0;
    const made = secret();
    await bench.visit();
    expect(secret()).toEqual(made);
    expect(told()).toBe(true);
    expect(bench.status().targets).toMatchObject([{ dataVersion: 1 }]);
    expect(bench.status().conditions[0]).toMatchObject({ status: "True" });
  });

  it("goes with a rename that comes before it was told of", async () => {
    await inStep();
    deleted();
    bench.waiting = 5;
    await bench.visit();
    bench.put({ secret: { name: "other" }, data: [{ key: "A", parameterStore: { name: "/a" } }] });
    await bench.visit();
    expect(secret("other")).toBeDefined();
    expect(secret()).toBeUndefined();
  });
});
