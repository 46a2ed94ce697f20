import { describe, expect, it } from "@jest/globals";
import { parseExternalValue } from "../../api/parse-external-value.ts";
import { defaultLimits } from "../../api/store-model.ts";
import { awsError } from "../../aws/fakes/fake-service-calls.ts";
import { formerRoutes } from "./former-routes.ts";
import { itemId } from "./item-id.ts";
import { withLostKeys } from "./lost-keys.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

const second = 1_000;
const path = { parameterStore: { path: "/shop" } };
const json = { secretsManager: { secretId: "db" } };

/** A path with two parameters, and a secret with two keys, by one policy. */
async function inStep(dataFrom: object, secret: object = {}): Promise<Bench> {
  const bench = createBench();
  bench.fake.calls.putParameter("/shop/a", "one");
  bench.fake.calls.putParameter("/shop/b", "two");
  bench.fake.calls.putSecret("db", JSON.stringify({ a: "one", b: "two" }));
  bench.put({ refreshInterval: "10s", secret, dataFrom: [dataFrom] });
  await bench.visit();
  expect(keysOf(bench)).toEqual(["a", "b"]);
  return bench;
}

function keysOf(bench: Bench): string[] {
  const secret = bench.cluster.find("Secret", "checkout") as { data?: object } | undefined;
  return Object.keys(secret?.data ?? {}).sort();
}

async function later(bench: Bench, ms: number) {
  await bench.fake.clock.advance(ms);
  return await bench.visit();
}

const rowOf = (bench: Bench, name: string) => bench.status().values.find((row) => row.key === name);
const ready = (bench: Bench) => bench.status().conditions[0];

const sources = [
  { source: "a path", item: path, lose: (bench: Bench) => void bench.fake.calls.parameters.delete("/shop/b") },
  {
    source: "a JSON object",
    item: json,
    lose: (bench: Bench) => bench.fake.calls.putSecret("db", JSON.stringify({ a: "one" })),
  },
];

describe.each(sources)("a key that $source brings no longer", ({ item, lose }) => {
  it("freezes the target under Retain, however often it is looked at, and is named", async () => {
    const bench = await inStep(item);
    lose(bench);
    for (let looks = 0; looks < 8; looks += 1) await later(bench, 30 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    expect(ready(bench)).toMatchObject({ status: "False", reason: "ValueNotFound" });
    expect(ready(bench)?.message).toContain("key b:");
    expect(rowOf(bench, "b")).toMatchObject({ state: "ValueNotFound", version: expect.any(String) });
    expect(rowOf(bench, "a")).toMatchObject({ state: "Held" });
  });

  it("is dropped under Prune, at a second look 60 s later and not before", async () => {
    const bench = await inStep(item, { deletionPolicy: "Prune" });
    lose(bench);
    expect(await later(bench, 30 * second)).toMatchObject({ afterMs: expect.any(Number) });
    await later(bench, 50 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    await later(bench, 12 * second);
    expect(keysOf(bench)).toEqual(["a"]);
    expect(ready(bench)).toMatchObject({ status: "True" });
    expect(rowOf(bench, "b")).toMatchObject({ state: "Pruned" });
    expect(bench.status().counts).toEqual({ total: 2, ready: 2, faulty: 0 });
  });

  it("stays dropped after a start of the operator, without a write", async () => {
    const bench = await inStep(item, { deletionPolicy: "Prune" });
    lose(bench);
    for (let looks = 0; looks < 4; looks += 1) await later(bench, 30 * second);
    const before = bench.cluster.find("ExternalValue", "checkout")?.metadata.resourceVersion;
    bench.reconciler.forget(key);
    await later(bench, 30 * second);
    expect(bench.cluster.find("ExternalValue", "checkout")?.metadata.resourceVersion).toBe(before);
    expect(keysOf(bench)).toEqual(["a"]);
  });

  it("freezes under Delete while another stands", async () => {
    const bench = await inStep(item, { deletionPolicy: "Delete" });
    lose(bench);
    for (let looks = 0; looks < 4; looks += 1) await later(bench, 30 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    expect(ready(bench)).toMatchObject({ status: "False", reason: "ValueNotFound" });
  });

  it("stays at its last value where it is optional, until it is gone for certain", async () => {
    const bench = await inStep({ ...item, optional: true });
    lose(bench);
    await later(bench, 30 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    expect(rowOf(bench, "b")).toMatchObject({ state: "Stale" });
    for (let looks = 0; looks < 4; looks += 1) await later(bench, 30 * second);
    expect(keysOf(bench)).toEqual(["a"]);
    expect(rowOf(bench, "b")).toMatchObject({ state: "Missing" });
  });

  it("is missed also where it went while the operator was down", async () => {
    const bench = await inStep(item);
    bench.reconciler.forget(key);
    lose(bench);
    await later(bench, 30 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    expect(ready(bench)?.message).toContain("key b:");
  });

  it("is dropped at once where the item asks for something else", async () => {
    const bench = await inStep(item);
    bench.put({ refreshInterval: "10s", dataFrom: [{ ...item, keys: { exclude: ["^b$"] } }] });
    await bench.visit();
    expect(keysOf(bench)).toEqual(["a"]);
    expect(bench.status().values.map((row) => row.key)).toEqual(["a"]);
  });

  it("is no loss where another item brings it", async () => {
    const bench = await inStep(item);
    lose(bench);
    bench.fake.calls.putParameter("/other", "three");
    bench.put({
      refreshInterval: "10s",
      data: [{ key: "b", parameterStore: { name: "/other" } }],
      dataFrom: [item],
    });
    await later(bench, 30 * second);
    expect(ready(bench)).toMatchObject({ status: "True" });
    expect(keysOf(bench)).toEqual(["a", "b"]);
  });
});

describe("a path that is empty", () => {
  it("is ValueNotFound where it never brought a key", async () => {
    const bench = createBench();
    bench.put({ secret: { deletionPolicy: "Prune" }, dataFrom: [path] });
    await bench.visit();
    expect(ready(bench)).toMatchObject({ status: "False", reason: "ValueNotFound" });
    expect(bench.cluster.find("Secret", "checkout")).toBeUndefined();
  });

  it("deletes the target under Delete, and makes it again when a value comes back", async () => {
    const bench = await inStep(path, { deletionPolicy: "Delete" });
    bench.fake.calls.parameters.clear();
    await later(bench, 30 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    for (let looks = 0; looks < 4; looks += 1) await later(bench, 30 * second);
    expect(bench.cluster.find("Secret", "checkout")).toBeUndefined();
    expect(rowOf(bench, "b")).toMatchObject({ state: "Deleted" });
    bench.fake.calls.putParameter("/shop/a", "again");
    bench.fake.calls.putParameter("/shop/b", "again");
    await later(bench, 30 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
  });

  it("wipes nothing in a region that the store was edited to, whatever the policy", async () => {
    for (const more of [{}, { optional: true }]) {
      const bench = await inStep({ ...path, ...more }, { deletionPolicy: "Prune" });
      const { calls, plane } = bench.fake;
      const reader = plane.reader({ id: "moved", region: "eu-west-1", calls, limits: defaultLimits });
      bench.resolve = (resolution) => ({ ...resolution, reader, origin: "elsewhere" });
      calls.parameters.clear();
      for (let looks = 0; looks < 6; looks += 1) await later(bench, 30 * second);
      expect(keysOf(bench)).toEqual(["a", "b"]);
    }
  });
});

describe("a path that cannot be read", () => {
  it("removes nothing, and remembers what it brought", async () => {
    const bench = await inStep(path, { deletionPolicy: "Prune" });
    bench.fake.calls.fault = () => {
      throw awsError("denied");
    };
    for (let looks = 0; looks < 4; looks += 1) await later(bench, 30 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    expect(rowOf(bench, "b")).toMatchObject({ state: "Held", version: expect.any(String) });
    bench.fake.calls.fault = () => {};
    bench.fake.calls.parameters.delete("/shop/b");
    bench.reconciler.forget(key);
    await later(bench, 30 * second);
    expect(keysOf(bench)).toEqual(["a", "b"]);
    expect(ready(bench)?.message).toContain("key b:");
  });
});

describe("a second look", () => {
  it("is taken after 60 s, although the interval is much longer", async () => {
    const bench = createBench();
    bench.fake.calls.putParameter("/a", "one");
    bench.fake.calls.putParameter("/b", "two");
    const spec = {
      refreshInterval: "1h",
      secret: { deletionPolicy: "Prune" },
      data: ["A", "B"].map((name) => ({ key: name, parameterStore: { name: `/${name.toLowerCase()}` } })),
    };
    bench.put(spec);
    await bench.visit();
    bench.fake.calls.parameters.delete("/b");
    bench.put(spec, { "externalvalues.dev/refresh": "1" });
    const verdict = await bench.visit();
    expect(verdict).toMatchObject({ afterMs: expect.any(Number) });
    const afterMs = typeof verdict === "object" ? verdict.afterMs : 0;
    expect(afterMs).toBeGreaterThan(60 * second);
    expect(afterMs).toBeLessThan(62 * second);
    await later(bench, afterMs);
    expect(keysOf(bench)).toEqual(["A"]);
  });
});

it("a key that was brought by former routes as well is missed once, as what it was last", () => {
  const parsed = parseExternalValue(
    { metadata: { name: "checkout" }, spec: { dataFrom: [{ ...path, to: "ConfigMap" }] } },
    { defaultStoreKind: "ClusterValueStore" },
  );
  const [item] = parsed.ok ? parsed.value.dataFrom : [];
  if (!item) throw new Error("one item");
  const row = (to: "Secret" | "ConfigMap" | "Template", version: string) => {
    return { key: "b", to, source: "parameterstore:/shop/b", version, state: "Synced", item: itemId({ ...item, to }) };
  };
  const results = [{ item, result: { kind: "keys" as const, keys: [], at: 0 } }];
  const rows = [row("Secret", "1"), row("Template", "2"), row("ConfigMap", "3")];
  const formerRows = formerRoutes(
    results.map(({ item }) => item),
    rows,
  );
  const evidence = { rows, formerRows, missedSince: new Map(), secondLookMs: 60_000 };
  const lost = withLostKeys(results, evidence).flatMap((entry) => entry.lost ?? []);
  expect(lost).toEqual([rows[2]]);
});
