import { beforeEach, describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

const once = { refreshPolicy: "Once", data: [{ key: "A", parameterStore: { name: "/a" } }] };
const askAgain = { "externalvalues.dev/refresh": "1" };

let bench: Bench;

const contentOf = (): string => {
  const secret = bench.cluster.find("Secret", "checkout") as (KubernetesObject & { data?: { A?: string } }) | undefined;
  return Buffer.from(secret?.data?.A ?? "", "base64").toString();
};

beforeEach(async () => {
  bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
  bench.put(once);
  await bench.visit();
  expect(contentOf()).toBe("one");
});

describe("a target of refreshPolicy Once", () => {
  it.each([
    { reason: "a refresh that is asked for", restart: false },
    { reason: "a start of the operator", restart: true },
  ])("keeps what was written, whatever AWS says since: $reason", async ({ restart }) => {
    if (restart) bench.reconciler.forget(key);
    bench.fake.calls.putParameter("/a", "two");
    bench.put(once, askAgain);
    await bench.visit();
    await bench.visit();
    expect(contentOf()).toBe("one");
    expect(bench.status().conditions[0]).toMatchObject({ status: "True" });
  });

  it("keeps what somebody made of it", async () => {
    const secret = bench.cluster.find("Secret", "checkout") as KubernetesObject;
    const data = { A: Buffer.from("edited").toString("base64") };
    const edited = bench.cluster.put({ ...secret, data } as KubernetesObject);
    const target = bench.reconciler.entries.get(key)?.targets.get("Secret/checkout");
    if (target) target.seenVersion = edited.metadata.resourceVersion ?? "";
    expect(await bench.visit()).toBeUndefined();
    expect(contentOf()).toBe("edited");
  });

  it("is made again where it was deleted", async () => {
    bench.cluster.remove("Secret", "checkout");
    bench.reconciler.forget(key);
    await bench.visit();
    expect(contentOf()).toBe("one");
  });

  it("is brought in step by another refreshPolicy", async () => {
    bench.reconciler.forget(key);
    bench.fake.calls.putParameter("/a", "two");
    bench.put(once, askAgain);
    await bench.visit();
    bench.put({ ...once, refreshPolicy: "Periodic" }, askAgain);
    await bench.visit();
    expect(contentOf()).toBe("two");
  });
});
