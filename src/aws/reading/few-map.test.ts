import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { FewMap } from "./few-map.ts";

const keys = [undefined, "a", "b", "c"];
const key = fc.constantFrom(...keys);
const step = fc.oneof(
  fc.record({ set: key, value: fc.option(fc.nat(3), { nil: undefined }) }),
  fc.record({ delete: key }),
);

describe("a map of few", () => {
  it("says at any time what a Map would say", () => {
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const few = new FewMap<string | undefined, number | undefined>();
        const map = new Map<string | undefined, number | undefined>();
        for (const each of steps) {
          if ("delete" in each) {
            few.delete(each.delete);
            map.delete(each.delete);
          } else {
            few.set(each.set, each.value);
            map.set(each.set, each.value);
          }
          expect(few.size).toBe(map.size);
          expect([...few.keys()]).toEqual([...map.keys()]);
          expect([...few.values()]).toEqual([...map.values()]);
          expect(keys.map((one) => few.get(one))).toEqual(keys.map((one) => map.get(one)));
        }
      }),
    );
  });
});
