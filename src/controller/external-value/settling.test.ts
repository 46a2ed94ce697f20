import { beforeEach, describe, expect, it } from "@jest/globals";
import { createPlaces, type Places } from "../queue/places.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

// With one place, which somebody else has at first.
let bench: Bench;
let places: Places;
let leave: () => void;

beforeEach(async () => {
  bench = createBench();
  places = createPlaces(1);
  bench.settling = places.enter;
  leave = await places.enter("shop/other", "refresh");
  bench.fake.calls.putParameter("/a", "one");
  bench.put({ data: [{ key: "A", parameterStore: { name: "/a" } }] });
});

/** Whether the place is free within a few turns of the event loop. */
async function isFree(): Promise<boolean> {
  const free = places.enter("shop/third", "refresh").then((leaveAgain) => {
    leaveAgain();
    return true;
  });
  return await Promise.race([free, new Promise<boolean>((resolve) => setImmediate(() => resolve(false)))]);
}

describe("a visit that has read", () => {
  it("waits for a place before it goes on to its targets, and gives it back", async () => {
    const visit = bench.visit();
    await bench.fake.clock.advance(1000);
    expect(bench.fake.reader.peek({ kind: "parameter", name: "/a" })?.good).toBeDefined();
    expect(bench.cluster.log).toEqual([]);
    leave();
    await visit;
    expect(bench.cluster.find("Secret", "checkout")).toBeDefined();
    expect(await isFree()).toBe(true);
  });

  it("takes no place where the shard has gone to another replica while it read", async () => {
    bench.owns = false;
    await bench.visit();
    expect(bench.cluster.log).toEqual([]);
  });

  it("writes nothing where the shard has gone to another replica meanwhile", async () => {
    const visit = bench.visit();
    await bench.fake.clock.advance(1000);
    bench.owns = false;
    leave();
    await visit;
    expect(bench.cluster.log).toEqual([]);
    expect(await isFree()).toBe(true);
  });

  it("gives its place back where it fails", async () => {
    leave();
    bench.cluster.afterWrite = () => {
      bench.cluster.afterWrite = () => {};
      throw new TypeError("a bug");
    };
    const failure = bench.reconciler.reconcile(key, "interactive").catch((error: unknown) => error);
    await bench.fake.clock.advance(1000);
    expect(await failure).toEqual(new TypeError("a bug"));
    expect(bench.cluster.log).not.toEqual([]);
    expect(await isFree()).toBe(true);
  });

  it.each([
    { what: "a template", spec: { secret: { template: { data: { B: "{{ A }}" } } } } },
    { what: "a template in a label", spec: { secret: { labels: { b: "{{ A }}" } } } },
  ])("needs none with $what: what others wrote may take its time", async ({ spec }) => {
    bench.put({ data: [{ key: "A", parameterStore: { name: "/a" }, sensitive: false }], ...spec });
    await bench.visit();
    expect(bench.cluster.find("Secret", "checkout")).toBeDefined();
  });

  it("needs none with JMESPath", async () => {
    bench.fake.calls.putParameter("/json", '{"b":"1"}');
    bench.put({ data: [{ key: "A", parameterStore: { name: "/json" }, jmesPath: "b" }] });
    await bench.visit();
    expect(bench.cluster.find("Secret", "checkout")).toBeDefined();
  });

  it("takes no place where nothing has changed", async () => {
    leave();
    await bench.visit();
    bench.settling = () => Promise.reject(new Error("nothing is to be settled"));
    await bench.visit("refresh");
    expect(bench.status().conditions[0]).toMatchObject({ status: "True" });
  });
});
