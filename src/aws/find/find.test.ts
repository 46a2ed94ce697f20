import { describe, expect, it } from "@jest/globals";
import type { FindRef, ValueRef } from "../../api/source.ts";
import { createFakePlane, type FakePlane } from "../fakes/fake-plane.ts";
import { awsError } from "../fakes/fake-service-calls.ts";
import type { Reading } from "../reader.ts";
import { refKey } from "../refs/ref-key.ts";

const minute = 60_000;
const path: FindRef = { kind: "parametersByPath", path: "/shop", recursive: true };
const byTags: FindRef = { kind: "parametersByTags", tags: { team: "shop", tier: "web" } };
const secrets: FindRef = { kind: "secretsByFilter", namePrefix: "prod/", tags: { team: "shop" } };

function namesOf(readings: ReadonlyMap<string, Reading>, ref: ValueRef): readonly string[] | undefined {
  return readings.get(refKey(ref))?.good?.values.map(({ name }) => name);
}

function errorOf(readings: ReadonlyMap<string, Reading>, ref: ValueRef): unknown {
  return readings.get(refKey(ref))?.failure?.error;
}

function peeked(fake: FakePlane, ref: ValueRef): readonly string[] | undefined {
  return fake.reader.peek(ref)?.good?.values.map(({ name }) => name);
}

describe("a path", () => {
  it("brings every parameter below it, sorted, over all pages", async () => {
    const { read, calls } = createFakePlane();
    for (let index = 0; index < 25; index += 1) {
      calls.putParameter(`/shop/${String(24 - index).padStart(2, "0")}`, `v${index}`);
    }
    calls.putParameter("/shopping", "other");
    const names = namesOf(await read([path]), path);
    expect(names?.length).toBe(25);
    expect(names).toEqual([...(names ?? [])].sort());
    expect(calls.count()).toBe(3);
  });

  it("goes on after an empty page that carries a token", async () => {
    const { read, calls } = createFakePlane();
    calls.putParameter("/shop/a", "x");
    const below = calls.getParametersByPath;
    calls.getParametersByPath = async (page, options) =>
      page.nextToken === undefined ? { items: [], nextToken: "0" } : await below(page, options);
    expect(namesOf(await read([path]), path)).toEqual(["/shop/a"]);
  });

  it("fails on a token that comes twice, instead of going round for ever", async () => {
    const { read, calls } = createFakePlane();
    let pages = 0;
    calls.getParametersByPath = async () => {
      pages += 1;
      if (pages > 10) {
        throw awsError("unavailable", "it went round for ever");
      }
      return { items: [], nextToken: pages % 2 === 0 ? "even" : "odd" };
    };
    expect(errorOf(await read([path]), path)).toMatchObject({ code: "RepeatedToken" });
  });

  it("keeps all that it had when one page fails", async () => {
    const fake = createFakePlane();
    const { read, calls } = fake;
    for (let index = 0; index < 15; index += 1) {
      calls.putParameter(`/shop/${index}`, "x");
    }
    await read([path]);
    calls.fault = ({ operation }) => {
      if (operation === "getParametersByPath" && calls.log.length % 2 === 0) {
        throw awsError("throttled");
      }
    };
    const readings = await read([path]);
    expect(errorOf(readings, path)).toMatchObject({ kind: "throttled" });
    expect(namesOf(readings, path)?.length).toBe(15);
  });

  it("drops a match only once a direct read says that it is gone", async () => {
    const { read, calls } = createFakePlane();
    calls.putParameter("/shop/a", "x");
    calls.putParameter("/shop/b", "x");
    await read([path]);
    const below = calls.getParametersByPath;
    calls.getParametersByPath = () => Promise.resolve({ items: [] });
    expect(namesOf(await read([path]), path)).toEqual(["/shop/a", "/shop/b"]);
    calls.parameters.delete("/shop/b");
    calls.getParametersByPath = below;
    expect(namesOf(await read([path]), path)).toEqual(["/shop/a"]);
  });

  it("fails as a whole when the direct read of a lost match fails", async () => {
    const { read, calls } = createFakePlane();
    calls.putParameter("/shop/a", "x");
    await read([path]);
    calls.getParametersByPath = () => Promise.resolve({ items: [] });
    calls.fault = () => {
      throw awsError("denied");
    };
    const readings = await read([path]);
    expect(errorOf(readings, path)).toMatchObject({ kind: "denied" });
    expect(namesOf(readings, path)).toEqual(["/shop/a"]);
  });

  it("holds only what its subscribers keep, and reads again for one that keeps more", async () => {
    const fake = createFakePlane();
    const { reader, read, calls, plane } = fake;
    calls.putParameter("/shop/db", "x");
    calls.putParameter("/shop/web", "x");
    const want = (name: string) => ({
      reader,
      ref: path,
      intervalMs: minute,
      store: "s",
      keep: (asked: string) => asked === `/shop/${name}`,
      keepId: name,
    });
    plane.subscribe("a", [want("db")]);
    await read([path]);
    expect(peeked(fake, path)).toEqual(["/shop/db"]);
    const before = calls.count();
    plane.subscribe("a", [want("db")]);
    await read([path], { notBefore: 0 });
    expect(calls.count()).toBe(before);
    plane.subscribe("b", [want("web")]);
    await read([path], { notBefore: 0 });
    expect(peeked(fake, path)).toEqual(["/shop/db", "/shop/web"]);
  });

  it("holds the kept ones alone of 20,000, and never more than a page of the others", async () => {
    const { reader, read, calls, plane } = createFakePlane();
    const asked: string[] = [];
    calls.getParametersByPath = async ({ nextToken = "0" }) => {
      const items = Array.from({ length: 10 }, (_, index) => {
        const name = `/shop/${nextToken}${index}`;
        return {
          name,
          arn: `arn:aws:ssm:eu-west-1:123456789012:parameter${name}`,
          type: "String" as const,
          value: "x",
          version: 1,
        };
      });
      return { items, ...(nextToken === "1999" ? {} : { nextToken: String(Number(nextToken) + 1) }) };
    };
    const keep = (name: string): boolean => {
      asked.push(name);
      return name.endsWith("777");
    };
    plane.subscribe("r", [{ reader, ref: path, store: "s", keep, keepId: "777" }]);
    expect(namesOf(await read([path]), path)?.length).toBe(20);
    expect(asked.length).toBe(20_000);
  });

  it("is not shared, while under way, with one that keeps more", async () => {
    const { reader, read, calls, plane, clock } = createFakePlane();
    calls.putParameter("/shop/db", "x");
    calls.putParameter("/shop/web", "x");
    const { promise, resolve } = Promise.withResolvers<void>();
    calls.latency = () => promise;
    const want = { reader, ref: path, store: "s" };
    plane.subscribe("a", [{ ...want, keep: (name) => name === "/shop/db", keepId: "db" }]);
    const first = read([path], { notBefore: 0 });
    await clock.advance(1);
    plane.subscribe("b", [{ ...want, keep: (name) => name === "/shop/web", keepId: "web" }]);
    const second = read([path], { notBefore: 0 });
    resolve();
    await first;
    expect(namesOf(await second, path)).toEqual(["/shop/db", "/shop/web"]);
  });

  it("is polled, and tells of what came and went", async () => {
    const fake = createFakePlane();
    fake.calls.putParameter("/shop/a", "x");
    fake.plane.subscribe("r", [{ reader: fake.reader, ref: path, intervalMs: minute, store: "s" }]);
    await fake.read([path], { subscriber: "r" });
    await fake.clock.advance(3 * minute);
    expect(fake.told).toEqual([]);
    fake.calls.putParameter("/shop/b", "x");
    await fake.clock.advance(1.1 * minute);
    expect(fake.told).toEqual([["r"]]);
    fake.calls.parameters.delete("/shop/a");
    await fake.clock.advance(1.1 * minute);
    expect(fake.told).toEqual([["r"], ["r"]]);
    expect(peeked(fake, path)).toEqual(["/shop/b"]);
  });
});

describe("tags of parameters", () => {
  it("brings those with every tag, read by tens", async () => {
    const { read, calls } = createFakePlane();
    for (let index = 0; index < 12; index += 1) {
      calls.putParameter(`/p/${index}`, "x", { tags: { team: "shop", tier: "web" } });
    }
    calls.putParameter("/other", "x", { tags: { team: "shop", tier: "db" } });
    expect(namesOf(await read([byTags]), byTags)?.length).toBe(12);
    expect(calls.count("describeParameters")).toBe(1);
    expect(calls.count("getParameters")).toBe(2);
  });

  it("drops one that lost its tag, and keeps one that the list only forgot", async () => {
    const { read, calls } = createFakePlane();
    const tags = { team: "shop", tier: "web" };
    calls.putParameter("/a", "x", { tags });
    calls.putParameter("/b", "x", { tags });
    await read([byTags]);
    calls.describeParameters = () => Promise.resolve({ items: [] });
    calls.putParameter("/b", "x", { tags: { team: "shop" } });
    expect(namesOf(await read([byTags]), byTags)).toEqual(["/a"]);
  });
});

describe("secrets by prefix and tags", () => {
  it("brings exactly those that match, whatever else the list's loose filters let through", async () => {
    const { read, calls } = createFakePlane();
    calls.putSecret("prod/a", "x", { tags: { team: "shop" } });
    calls.putSecret("prod/key-and-value-apart", "x", { tags: { team: "other", kind: "shop" } });
    calls.putSecret("prod/longer-value", "x", { tags: { team: "shopping" } });
    calls.putSecret("test/a", "x", { tags: { team: "shop" } });
    calls.putSecret("prod/doomed", "x", { tags: { team: "shop" }, deletedDate: 1 });
    expect(namesOf(await read([secrets]), secrets)).toEqual(["prod/a"]);
  });

  it("finds a prefix that the filter would take for a negation", async () => {
    const { read, calls } = createFakePlane();
    calls.putSecret("!odd", "x");
    const odd: FindRef = { kind: "secretsByFilter", namePrefix: "!o" };
    const lists: unknown[] = [];
    const list = calls.listSecrets;
    calls.listSecrets = (page, options) => {
      lists.push(page.filters);
      return list(page, options);
    };
    expect(namesOf(await read([odd]), odd)).toEqual(["!odd"]);
    expect(lists).toEqual([[]]);
  });

  it("drops one that is marked for deletion, and keeps one that the list only forgot", async () => {
    const { read, calls } = createFakePlane();
    calls.putSecret("prod/a", "x", { tags: { team: "shop" } });
    calls.putSecret("prod/b", "x", { tags: { team: "shop" } });
    await read([secrets]);
    calls.putSecret("prod/b", "x", { tags: { team: "shop" }, deletedDate: 1 });
    calls.listSecrets = () => Promise.resolve({ items: [] });
    expect(namesOf(await read([secrets]), secrets)).toEqual(["prod/a"]);
  });

  it("reads 45 matches in three batches", async () => {
    const { read, calls } = createFakePlane();
    for (let index = 0; index < 45; index += 1) {
      calls.putSecret(`prod/${index}`, "x", { tags: { team: "shop" } });
    }
    expect(namesOf(await read([secrets]), secrets)?.length).toBe(45);
    expect(calls.count("batchGetSecretValue")).toBe(3);
  });
});

describe("quota", () => {
  it("counts what a find costs against the store's limits", async () => {
    const { read, calls, plane, reader } = createFakePlane();
    for (let index = 0; index < 9000; index += 1) {
      calls.putParameter(`/shop/${index}`, "x");
    }
    plane.subscribe("r", [{ reader, ref: path, intervalMs: 10_000, store: "s" }]);
    await read([path]);
    const needs = plane.quotaNeeds(reader);
    expect(needs.requestsPerSecond.get("parameterReads")).toBe(90);
    expect(needs.carriedIntervalMs).toBe(31_579);
  });
});
