import { describe, expect, it } from "@jest/globals";
import { ApiError } from "../../kubernetes/client.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

const spec = { data: [{ key: "A", parameterStore: { name: "/a" } }] };
const from = { template: { from: [{ configMap: { name: "templates", key: "url" } }] } };

async function inStep(more: object = {}) {
  const bench = createBench();
  bench.fake.calls.putParameter("/a", "one");
  bench.cluster.put({
    kind: "ConfigMap",
    metadata: { name: "templates", namespace: "shop" },
    data: { url: "{{ A }}" },
  } as Parameters<typeof bench.cluster.put>[0]);
  bench.put({ ...spec, ...more });
  await bench.visit();
  expect(bench.status().conditions[0]).toMatchObject({ status: "True" });
  bench.reconciler.forget(key);
  const { client } = bench.cluster;
  const { get } = client;
  return {
    bench,
    refuse(kind: string, status: number) {
      const refused: typeof get = async (type, ref) => {
        if (type.kind !== kind) return await get(type, ref);
        throw new ApiError({ status, reason: "Refused", message: `GET ${kind}: ${status} Refused` });
      };
      Object.assign(client, { get: refused });
    },
    allow: () => void Object.assign(client, { get }),
  };
}

async function visitThatThrows({ reconciler, fake }: Bench): Promise<void> {
  const thrown = expect(reconciler.reconcile(key, "interactive")).rejects.toThrow(ApiError);
  await fake.clock.advance(200);
  await thrown;
}

describe("a GET of a target that the API server answers with", () => {
  it.each([403, 422])("%s is told in the conditions, is tried again, and heals", async (status) => {
    const { bench, refuse, allow } = await inStep();
    refuse("Secret", status);
    await visitThatThrows(bench);
    const [ready] = bench.status().conditions;
    expect(ready).toMatchObject({ type: "Ready", status: "False", reason: "TargetConflict" });
    expect(ready?.message).toContain(`GET Secret: ${status} Refused`);
    allow();
    await bench.visit();
    expect(bench.status().conditions[0]).toMatchObject({ status: "True", reason: "Synced" });
  });

  it.each([0, 429, 500, 503])("%s passes by itself, and is told nowhere", async (status) => {
    const { bench, refuse } = await inStep();
    refuse("Secret", status);
    const before = bench.status();
    await visitThatThrows(bench);
    expect(bench.status()).toEqual(before);
  });
});

describe("a source of a template that the API server answers with", () => {
  it.each([403, 422])("%s is TemplateFailed", async (status) => {
    const { bench, refuse } = await inStep({ secret: from });
    refuse("ConfigMap", status);
    expect(await bench.visit()).toMatchObject({ afterMs: expect.any(Number) });
    const [ready] = bench.status().conditions;
    expect(ready).toMatchObject({ status: "False", reason: "TemplateFailed" });
    expect(ready?.message).toContain("ConfigMap/templates");
  });
});
