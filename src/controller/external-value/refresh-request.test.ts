import { beforeEach, describe, expect, it } from "@jest/globals";
import { awsError } from "../../aws/fakes/fake-service-calls.ts";
import { type Bench, createBench } from "./testing/bench.ts";

const spec = { data: [{ key: "A", parameterStore: { name: "/a" } }] };
const ask = (value: string) => ({ "externalvalues.dev/refresh": value });

let bench: Bench;

beforeEach(async () => {
  bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
  bench.put(spec);
  await bench.visit();
});

describe("a refresh that is asked for", () => {
  it("is echoed once it was made", async () => {
    bench.put(spec, ask("1"));
    await bench.visit();
    expect(bench.status().lastHandledRefresh).toBe("1");
  });

  it("is not echoed while AWS does not answer, although the value is in memory", async () => {
    bench.fake.calls.fault = () => {
      throw awsError("unavailable");
    };
    bench.put(spec, ask("1"));
    await bench.visit();
    expect(bench.status().lastHandledRefresh).toBeUndefined();
    bench.fake.calls.fault = () => {};
    bench.fake.calls.putParameter("/a", "two");
    await bench.fake.clock.advance(60_000);
    await bench.visit();
    expect(bench.status().lastHandledRefresh).toBe("1");
    expect(bench.cluster.find("Secret", "checkout")).toMatchObject({ data: { A: btoa("two") } });
  });

  it("is tried again where there is no timer", async () => {
    const onChange = { ...spec, refreshPolicy: "OnChange" };
    bench.put(onChange);
    await bench.visit();
    bench.fake.calls.fault = () => {
      throw awsError("unavailable");
    };
    bench.put(onChange, ask("1"));
    expect(await bench.visit()).toBe("backoff");
    bench.fake.calls.fault = () => {};
    bench.fake.calls.putParameter("/a", "two");
    await bench.fake.clock.advance(60_000);
    expect(await bench.visit()).toBeUndefined();
    expect(bench.cluster.find("Secret", "checkout")).toMatchObject({ data: { A: btoa("two") } });
  });

  it("may be longer than a status can hold", async () => {
    bench.put(spec, ask("x".repeat(5_000)));
    await bench.visit();
    expect(bench.status().lastHandledRefresh).toBe("x".repeat(1_024));
  });
});
