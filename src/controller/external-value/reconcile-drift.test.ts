import { describe, expect, it } from "@jest/globals";
import { awsError } from "../../aws/fakes/fake-service-calls.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

const spec = { data: [{ key: "A", parameterStore: { name: "/a" } }] };

/** What the watch on targets would tell. */
function seen(bench: Bench, object: KubernetesObject, gone = false): void {
  const target = bench.reconciler.entries.get(key)?.targets.get(`Secret/${object.metadata.name}`);
  if (!target) throw new Error("nothing is remembered of the target");
  const { uid = "", resourceVersion = "" } = object.metadata;
  target.seenVersion = resourceVersion;
  if (gone) target.gone = { uid, resourceVersion };
}

async function inStep(): Promise<Bench> {
  const bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
  bench.put(spec);
  await bench.visit();
  expect(bench.cluster.find("Secret", "checkout")).toBeDefined();
  return bench;
}

function secretOf(bench: Bench): KubernetesObject {
  const secret = bench.cluster.find("Secret", "checkout");
  if (!secret) throw new Error("no Secret");
  return secret;
}

describe("a target that was touched while it may not be written", () => {
  it.each([
    { reason: "edited by somebody else", gone: false },
    { reason: "deleted", gone: true },
  ])("is looked at once, not round and round: $reason", async ({ gone }) => {
    const bench = await inStep();
    bench.fake.calls.fault = () => {
      throw awsError("denied");
    };
    bench.put({ ...spec, refreshPolicy: "OnChange" });
    await bench.visit();
    if (gone) {
      seen(bench, secretOf(bench), true);
      bench.cluster.remove("Secret", "checkout");
    } else {
      seen(bench, bench.cluster.put(secretOf(bench)));
    }
    const verdict = await bench.visit();
    expect(verdict).toMatchObject({ afterMs: expect.any(Number) });
    expect(verdict).not.toMatchObject({ afterMs: 0 });
  });

  it("is repaired as soon as it may be written again", async () => {
    const bench = await inStep();
    bench.fake.calls.fault = () => {
      throw awsError("denied");
    };
    bench.put({ ...spec, refreshPolicy: "OnChange" });
    await bench.visit();
    const object = secretOf(bench);
    seen(bench, bench.cluster.put({ ...object, data: { A: "" } } as KubernetesObject));
    await bench.visit();
    bench.fake.calls.fault = () => {};
    await bench.fake.clock.advance(60_000);
    await bench.visit();
    expect(secretOf(bench)).toMatchObject({ data: { A: Buffer.from("one").toString("base64") } });
  });
});
