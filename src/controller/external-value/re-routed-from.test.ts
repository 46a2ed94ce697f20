import { beforeEach, describe, expect, it } from "@jest/globals";
import { defaultLimits } from "../../api/store-model.ts";
import { awsError } from "../../aws/fakes/fake-service-calls.ts";
import type { TargetObject } from "../target/desired.ts";
import { type Bench, createBench, key } from "./testing/bench.ts";

// A dataFrom item whose `to` was changed, while what it asks for cannot be read: its keys stay where they are.

let bench: Bench;

const stays = { key: "STAYS", parameterStore: { name: "/stays" } };
const plain = { key: "PLAIN", to: "ConfigMap", parameterStore: { name: "/plain" } };
const path = (to: string, more: object = {}) => ({ to, parameterStore: { path: "/shop" }, ...more });
const json = (to: string, more: object = {}) => ({ to, parameterStore: { name: "/json" }, ...more });
const spec = (from: object, more: object = {}) => ({
  refreshInterval: "10s",
  data: [stays, plain],
  dataFrom: [from],
  ...more,
});

beforeEach(() => {
  bench = createBench();
  const { calls } = bench.fake;
  calls.putParameter("/stays", "s1");
  calls.putParameter("/plain", "p1");
  calls.putParameter("/shop/A", "a1");
  calls.putParameter("/shop/B", "b1");
  calls.putParameter("/json", JSON.stringify({ A: "a1", B: "b1" }));
});

async function put(edited: object): Promise<void> {
  bench.put(edited);
  await bench.visit();
}

async function later(): Promise<void> {
  await bench.fake.clock.advance(11_000);
  await bench.visit();
}

/** The operator as another process: it remembers neither targets nor values. */
function startAnew(): void {
  const { calls, plane } = bench.fake;
  bench.reconciler.forget(key);
  const reader = plane.reader({ id: "started anew", region: "eu-west-1", calls, limits: defaultLimits });
  bench.resolve = (resolution) => ({ ...resolution, reader });
}

function denied(isDenied: boolean): void {
  bench.fake.calls.fault = ({ items }) => {
    if (isDenied && items.some((item) => item.startsWith("/shop") || item.startsWith("/json")))
      throw awsError("denied");
  };
}

function keysOf(kind: string, name = "checkout"): readonly string[] {
  const { data = {} } = (bench.cluster.find(kind, name) ?? {}) as TargetObject;
  return Object.keys(data).sort();
}

const ready = () => bench.status().conditions.find(({ type }) => type === "Ready");
const sources = [
  { source: "a path", from: path },
  { source: "a JSON object", from: json },
];
const ways = [
  { before: "Secret", after: "ConfigMap", own: ["STAYS"], other: ["PLAIN"] },
  { before: "ConfigMap", after: "Secret", own: ["PLAIN"], other: ["STAYS"] },
];
const cases = sources.flatMap((source) => ways.map((way) => ({ ...source, ...way })));

describe.each(cases)("$source that goes from the $before to the $after", ({ from, before, after, own, other }) => {
  const unread = async (more: object = {}): Promise<void> => {
    await put(spec(from(before, more)));
    expect(keysOf(before)).toEqual(["A", "B", ...own]);
    startAnew();
    denied(true);
    await put(spec(from(after, more)));
  };

  it("stays in the one until the other can be written", async () => {
    await unread();
    for (let visit = 1; visit <= 3; visit++) {
      expect(keysOf(before)).toEqual(["A", "B", ...own]);
      expect(keysOf(after)).toEqual(other);
      expect(ready()).toMatchObject({ status: "False", reason: "AccessDenied" });
      if (visit === 2) startAnew();
      await later();
    }
    denied(false);
    await later();
    expect(keysOf(before)).toEqual(own);
    expect(keysOf(after)).toEqual(["A", "B", ...other].sort());
    expect(ready()).toMatchObject({ status: "True" });
  });

  it("stays in the one while it is optional, and the other goes on without it", async () => {
    await unread({ optional: true });
    for (let visit = 1; visit <= 3; visit++) {
      expect(keysOf(before)).toEqual(["A", "B", ...own]);
      expect(bench.status().conditions).toContainEqual(expect.objectContaining({ type: "Degraded", status: "True" }));
      if (visit === 2) startAnew();
      await later();
    }
    denied(false);
    await later();
    expect(keysOf(before)).toEqual(own);
    expect(keysOf(after)).toEqual(["A", "B", ...other].sort());
  });

  it("stays in the one, also where nothing else goes there and the spec names it no longer", async () => {
    const data = [stays, plain].filter((item) => other.includes(item.key));
    const only = (to: string) => ({ ...spec(from(to, { optional: true })), data });
    await put(only(before));
    startAnew();
    denied(true);
    await put(only(after));
    await later();
    expect(keysOf(before)).toEqual(["A", "B"]);
    denied(false);
    await later();
    expect(keysOf(before)).toEqual([]);
    expect(keysOf(after)).toEqual(["A", "B", ...other].sort());
  });
});

describe.each([
  { reason: "required", more: {} },
  { reason: "optional", more: { optional: true } },
])("a path that is $reason, with a value for each of the two targets by its type", ({ more }) => {
  beforeEach(() => bench.fake.calls.putParameter("/shop/B", "b1", { type: "SecureString" }));

  it.each([
    { before: "ByType", after: "Secret", secret: ["B"], configMap: ["A"], held: ["A", "B"] },
    { before: "Secret", after: "ByType", secret: ["A", "B"], configMap: [], held: ["B"] },
  ])("stays where it is from $before to $after", async ({ before, after, secret, configMap, held }) => {
    await put(spec(path(before, more)));
    startAnew();
    denied(true);
    await put(spec(path(after, more)));
    for (let visit = 1; visit <= 3; visit++) {
      expect(keysOf("Secret")).toEqual([...secret, "STAYS"]);
      expect(keysOf("ConfigMap")).toEqual([...configMap, "PLAIN"]);
      if (visit === 2) startAnew();
      await later();
    }
    denied(false);
    await later();
    expect(keysOf("Secret")).toEqual([...held, "STAYS"]);
    expect(keysOf("ConfigMap")).toEqual([...(held.length === 1 ? ["A"] : []), "PLAIN"]);
    expect(ready()).toMatchObject({ status: "True" });
  });
});

describe("an optional path that is for templates alone from now on, and cannot be read", () => {
  it("leaves the target as it is: no default stands in the place of a good value", async () => {
    const secret = { template: { data: { URL: '{{ values["A"] | default: "none" }}' } } };
    await put({ ...spec(path("Secret", { optional: true })), secret });
    startAnew();
    denied(true);
    await put({ ...spec(path("Template", { optional: true })), secret });
    const url = () => (bench.cluster.find("Secret", "checkout") as TargetObject).data?.["URL"];
    const good = Buffer.from("a1").toString("base64");
    expect(url()).toBe(good);
    startAnew();
    await later();
    expect(url()).toBe(good);
    denied(false);
    await later();
    expect(url()).toBe(good);
    expect(keysOf("Secret")).toEqual(["STAYS", "URL"]);
  });
});

describe("a path that goes to the other target, and lists one of its values no longer", () => {
  it("looks for it directly, and twice, before the one that has it lets it go", async () => {
    const from = (to: string) =>
      spec(path(to), { secret: { deletionPolicy: "Prune" }, configMap: { deletionPolicy: "Prune" } });
    await put(from("Secret"));
    startAnew();
    bench.fake.calls.parameters.delete("/shop/B");
    await put(from("ConfigMap"));
    expect(keysOf("Secret")).toEqual(["A", "B", "STAYS"]);
    expect(keysOf("ConfigMap")).toEqual(["PLAIN"]);
    expect(bench.status().values).toContainEqual(expect.objectContaining({ key: "B", state: "ValueNotFound" }));
    await bench.fake.clock.advance(61_000);
    await bench.visit();
    expect(keysOf("Secret")).toEqual(["STAYS"]);
    expect(keysOf("ConfigMap")).toEqual(["A", "PLAIN"]);
  });
});

describe("two items that differ in `to` alone", () => {
  it("are told apart: what the one brought is not the other's", async () => {
    const both = { ...spec(path("Secret")), dataFrom: [path("Secret"), path("ConfigMap")] };
    await put(both);
    expect(keysOf("Secret")).toEqual(["A", "B", "STAYS"]);
    expect(keysOf("ConfigMap")).toEqual(["A", "B", "PLAIN"]);
    await put(spec(path("ConfigMap")));
    expect(keysOf("Secret")).toEqual(["STAYS"]);
    expect(keysOf("ConfigMap")).toEqual(["A", "B", "PLAIN"]);
    expect(ready()).toMatchObject({ status: "True" });
  });
});

describe("an optional dataFrom that cannot be read, while its target is renamed", () => {
  it("stays in the former target, which alone has its keys", async () => {
    const from = (name: string) => ({ ...spec(path("Secret", { optional: true })), data: [stays], secret: { name } });
    await put(from("one"));
    startAnew();
    denied(true);
    await put(from("two"));
    await later();
    expect(keysOf("Secret", "one")).toEqual(["A", "B", "STAYS"]);
    denied(false);
    await later();
    expect(keysOf("Secret", "one")).toEqual([]);
    expect(keysOf("Secret", "two")).toEqual(["A", "B", "STAYS"]);
  });
});
