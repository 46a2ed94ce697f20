import { expect, it } from "@jest/globals";
import fc from "fast-check";
import { createReverseIndex } from "./reverse-index.ts";

it("finds all that refer to a key, and forgets what they refer to no longer", () => {
  const index = createReverseIndex();
  index.set("one", ["a", "b", "a"]);
  index.set("two", ["b"]);
  expect([...index.referrers("b")]).toEqual(["one", "two"]);
  index.set("one", ["c"]);
  expect([...index.referrers("a")]).toEqual([]);
  expect([...index.referrers("b")]).toEqual(["two"]);
  index.remove("two");
  index.remove("nobody");
  expect([...index.referrers("b")]).toEqual([]);
  expect([...index.referrers("c")]).toEqual(["one"]);
});

it("answers as a plain search would, whatever came before", () => {
  const names = fc.constantFrom("one", "two", "three");
  const steps = fc.array(fc.tuple(names, fc.option(fc.array(fc.constantFrom("a", "b", "c")))), { maxLength: 20 });
  fc.assert(
    fc.property(steps, (history) => {
      const index = createReverseIndex();
      const plain = new Map<string, readonly string[]>();
      for (const [referrer, keys] of history) {
        if (keys) index.set(referrer, keys);
        else index.remove(referrer);
        plain.set(referrer, keys ?? []);
      }
      for (const key of ["a", "b", "c"]) {
        const wanted = [...plain].flatMap(([referrer, keys]) => (keys.includes(key) ? [referrer] : []));
        expect([...index.referrers(key)].sort()).toEqual(wanted.sort());
      }
    }),
  );
});
