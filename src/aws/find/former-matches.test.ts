import { describe, expect, it } from "@jest/globals";
import type { FindRef } from "../../api/source.ts";
import { createFakePlane } from "../fakes/fake-plane.ts";
import { refKey } from "../refs/ref-key.ts";
import { createFormerMatches } from "./former-matches.ts";

const nothing = new Set<string>();
const look = (began: number, ...lookedAt: string[]) => ({
  began,
  found: nothing,
  lookedAt: new Set(lookedAt),
  unwanted: nothing,
});

describe("former matches", () => {
  it("are looked at until two looks 60 s apart say that they are gone", () => {
    const former = createFormerMatches();
    former.add(["a"]);
    expect(former.names()).toEqual(["a"]);
    for (const began of [1000, 30_000, 60_999]) {
      former.learn(look(began, "a"));
      expect(former.names()).toEqual(["a"]);
    }
    former.learn(look(61_000, "a"));
    expect(former.names()).toEqual([]);
    former.add(["a"]);
    expect([former.names(), former.hasUnseen()]).toEqual([[], false]);
  });

  it("begin anew once they were found, and where the clock was set back", () => {
    const former = createFormerMatches();
    former.learn(look(100_000, "a", "b"));
    former.learn({ ...look(130_000, "b"), found: new Set(["a"]) });
    expect(former.names()).toEqual(["b"]);
    former.learn(look(50_000, "b"));
    former.learn(look(109_999, "b"));
    expect(former.names()).toEqual(["b"]);
    former.learn(look(110_000, "b"));
    expect(former.names()).toEqual([]);
  });

  it("are unseen until a find has looked at them, or nobody wants them", () => {
    const former = createFormerMatches();
    former.add(["a", "b", "c"]);
    expect(former.hasUnseen()).toBe(true);
    former.learn({ began: 1, found: new Set(["a"]), lookedAt: new Set(["b"]), unwanted: nothing });
    expect(former.hasUnseen()).toBe(true);
    former.learn({ began: 2, found: nothing, lookedAt: nothing, unwanted: new Set(["c"]) });
    expect([former.names(), former.hasUnseen()]).toEqual([["b"], false]);
  });

  it("do not fill the memory, however many come and go", () => {
    const former = createFormerMatches();
    const names = Array.from({ length: 3000 }, (_, index) => `n${index}`);
    former.learn(look(0, ...names));
    former.learn(look(60_000, ...names));
    former.add(names);
    // The oldest are forgotten, and so would be looked at once more.
    expect(former.names().length).toBe(2000);
  });
});

describe("a reader that is told of former matches", () => {
  const path: FindRef = { kind: "parametersByPath", path: "/shop", recursive: false };
  const told = (...names: string[]) => ({ former: new Map([[refKey(path), names]]), notBefore: 0 });
  const lagging = () => {
    const fake = createFakePlane();
    fake.calls.putParameter("/shop/a", "x");
    fake.calls.putParameter("/shop/deep/b", "x");
    fake.calls.getParametersByPath = () => Promise.resolve({ items: [] });
    const names = async (...former: string[]) =>
      (await fake.read([path], told(...former))).get(refKey(path))?.good?.values.map(({ name }) => name);
    return { ...fake, names };
  };

  it("finds those that stand, although the list is behind, and goes on to do so", async () => {
    const { names, calls } = lagging();
    expect(await names("/shop/a", "/shop/gone")).toEqual(["/shop/a"]);
    const before = calls.count();
    expect(await names("/shop/a", "/shop/gone")).toEqual(["/shop/a"]);
    expect(calls.count()).toBe(before);
  });

  it("reads again for one that it has not looked at, however fresh the find is", async () => {
    const { names } = lagging();
    expect(await names()).toEqual([]);
    expect(await names("/shop/a")).toEqual(["/shop/a"]);
  });

  it.each(["/shopping/a", "/shop/deep/b", "/shop", "/other"])("asks nothing outside the path: %s", async (name) => {
    const { names, calls } = lagging();
    calls.putParameter(name, "x");
    expect(await names(name)).toEqual([]);
    expect(calls.count("getParameters")).toBe(0);
  });
});
