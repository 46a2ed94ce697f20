import { describe, expect, it } from "@jest/globals";
import { awsError } from "../../aws/fakes/fake-service-calls.ts";
import { ApiError } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { TargetObject } from "../target/desired.ts";
import { newEntry } from "./entry.ts";
import { rememberSpared } from "./strays.ts";
import { type Bench, createBench } from "./testing/bench.ts";

// A target that was made and that no status tells of: the process that made it ended before it could say so.

const spec = (name: string) => ({ secret: { name }, data: [{ key: "A", parameterStore: { name: "/a" } }] });

/** In step with `one`; `two` was made as well, and the status that would say so was never written. */
async function crashedAfterRename(bench: Bench): Promise<void> {
  bench.fake.calls.putParameter("/a", "v");
  bench.put(spec("one"));
  await bench.visit();
  const { cluster } = bench;
  const told = cluster.find("ExternalValue", "checkout") as KubernetesObject & { readonly status: object };
  const one = secretOf(bench, "one");
  bench.put(spec("two"));
  await bench.visit();
  cluster.put({
    ...(cluster.find("ExternalValue", "checkout") as KubernetesObject),
    status: told.status,
  } as KubernetesObject);
  const { client } = cluster;
  await client.create(
    { group: "", version: "v1", kind: "Secret", plural: "secrets", namespaced: true },
    { ...one, metadata: { ...one.metadata } },
    { fieldManager: "external-values/checkout" },
  );
}

function secretOf({ cluster }: Bench, name: string): TargetObject {
  const found = cluster.find("Secret", name) as TargetObject | undefined;
  if (!found) throw new Error(`no Secret ${name}`);
  return found;
}

const names = ({ cluster }: Bench) =>
  ["one", "two", "three"].filter((name) => cluster.find("Secret", name) !== undefined);

/** The operator as another process, with the same cluster and account. */
function startAnew(bench: Bench): void {
  bench.reconciler.forget("shop/checkout");
  bench.cluster.log.length = 0;
}

describe("a target that this ExternalValue controls, and that neither the spec nor the status names", () => {
  it.each(["one", "three"])("goes once what the spec names stands: %s", async (name) => {
    const bench = createBench();
    await crashedAfterRename(bench);
    expect(names(bench)).toEqual(["one", "two"]);
    startAnew(bench);
    bench.put(spec(name));
    await bench.visit();
    expect(names(bench)).toEqual([name]);
    expect(bench.status().targets).toMatchObject([{ name, dataVersion: 1 }]);
  });

  it("stays while what the spec names does not stand, and goes then", async () => {
    const bench = createBench();
    await crashedAfterRename(bench);
    startAnew(bench);
    const { data } = spec("one");
    bench.put({ ...spec("one"), data: [...data, { key: "B", parameterStore: { name: "/b" } }] });
    await bench.visit();
    expect(names(bench)).toEqual(["one", "two"]);
    // The watch knows of it: a row of the status would be counted as a change.
    expect(bench.status().targets).toMatchObject([{ name: "one" }]);
    bench.fake.calls.putParameter("/b", "w");
    await bench.fake.clock.advance(4_000_000);
    await bench.visit();
    expect(names(bench)).toEqual(["one"]);
  });

  it("goes although everything is as it was left, and nothing is asked for once it is gone", async () => {
    const bench = createBench();
    await crashedAfterRename(bench);
    const stray = secretOf(bench, "two");
    bench.cluster.remove("Secret", "two");
    startAnew(bench);
    bench.put(spec("one"));
    await bench.visit();
    bench.cluster.log.length = 0;
    await bench.visit();
    expect(bench.cluster.log).toEqual([]);
    await bench.cluster.client.create(
      { group: "", version: "v1", kind: "Secret", plural: "secrets", namespaced: true },
      stray,
      { fieldManager: "external-values/checkout" },
    );
    bench.cluster.log.length = 0;
    await bench.visit();
    expect(names(bench)).toEqual(["one"]);
    expect(bench.cluster.log).toEqual(["get ExternalValue", "get Secret", "delete Secret"]);
    bench.cluster.log.length = 0;
    await bench.visit();
    expect(bench.cluster.log).toEqual([]);
  });

  it("goes also where the spec is edited back to what stands with refreshPolicy OnChange", async () => {
    const bench = createBench();
    await crashedAfterRename(bench);
    startAnew(bench);
    bench.put({ ...spec("one"), refreshPolicy: "OnChange" });
    await bench.visit();
    expect(names(bench)).toEqual(["one"]);
  });

  it("stays where somebody else made it, and is looked at once", async () => {
    const bench = createBench();
    bench.fake.calls.putParameter("/a", "v");
    bench.put(spec("one"));
    await bench.visit();
    const { metadata, ...rest } = secretOf(bench, "one");
    const { uid: _, ...copied } = metadata;
    bench.cluster.put({ ...rest, metadata: { ...copied, name: "two" } } as KubernetesObject);
    bench.cluster.log.length = 0;
    await bench.visit();
    expect(names(bench)).toEqual(["one", "two"]);
    expect(bench.cluster.log).toEqual(["get ExternalValue", "get Secret"]);
    bench.cluster.log.length = 0;
    await bench.visit();
    expect(bench.cluster.log).toEqual([]);
  });

  it("stays while an optional value cannot be read, whose last one may stand in it alone", async () => {
    const bench = createBench();
    await crashedAfterRename(bench);
    startAnew(bench);
    const { calls } = bench.fake;
    calls.putParameter("/b", "w");
    calls.fault = ({ items }) => {
      if (items.includes("/b")) throw awsError("denied");
    };
    const { data } = spec("one");
    bench.put({ ...spec("one"), data: [...data, { key: "B", optional: true, parameterStore: { name: "/b" } }] });
    await bench.visit();
    expect(names(bench)).toEqual(["one", "two"]);
    calls.fault = () => {};
    await bench.fake.clock.advance(4_000_000);
    await bench.visit();
    expect(names(bench)).toEqual(["one"]);
  });

  it("holds up nothing where it may not be removed: the status says so, and it goes when it may", async () => {
    const bench = createBench();
    await crashedAfterRename(bench);
    startAnew(bench);
    const { client } = bench.cluster;
    const { delete: remove } = client;
    const forbidden = new ApiError({ status: 403, reason: "Forbidden", message: "a policy keeps it" });
    Object.assign(client, { delete: () => Promise.reject(forbidden) });
    bench.put(spec("one"));
    expect(await bench.visit()).toEqual({ afterMs: 30_000 });
    expect(names(bench)).toEqual(["one", "two"]);
    expect(bench.status().observedGeneration).toBe(3);
    expect(bench.status().conditions).toMatchObject([
      { type: "Ready", status: "True" },
      { type: "Stalled", status: "False" },
      {
        type: "Degraded",
        status: "True",
        reason: "TargetConflict",
        message: expect.stringContaining("Secret/two, which this ExternalValue has made and names no longer"),
      },
    ]);
    Object.assign(client, { delete: remove });
    await bench.visit();
    expect(names(bench)).toEqual(["one"]);
    expect(bench.status().conditions).toMatchObject([{ status: "True" }, { status: "False" }, { status: "False" }]);
  });
});

describe("what somebody else made", () => {
  const copyOf = (name: string) => ({ kind: "Secret", object: { metadata: { name, uid: `uid-${name}` } } }) as const;
  const stray = (name: string) => ({ kind: "Secret", name, uid: `uid-${name}` }) as const;

  it("is remembered while it is there, and forgotten then", () => {
    const entry = newEntry("uid-1");
    rememberSpared(entry, [], []);
    expect(entry).not.toHaveProperty("spared");
    rememberSpared(entry, [stray("a"), stray("b")], [copyOf("a"), copyOf("b")]);
    rememberSpared(entry, [], [copyOf("b")]);
    expect(entry.spared).toEqual(new Set(["uid-b"]));
    rememberSpared(entry, [], []);
    expect(entry.spared).toBeUndefined();
  });
});
