import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { elementsOf, membersOf } from "./members.ts";
import { compactJson } from "./scan.ts";

/** JSON as people write it: any white space, any escapes. */
const json = fc
  .tuple(fc.jsonValue(), fc.constantFrom(0, 1, 4, "\t"))
  .map(([value, indent]) => JSON.stringify(value, null, indent));

describe("membersOf and elementsOf", () => {
  it("cut objects and lists where JSON.parse does", () => {
    fc.assert(
      fc.property(json, (text) => {
        const value: unknown = JSON.parse(text);
        const members = membersOf(text)?.map(({ name, source }) => [name, JSON.parse(source)]);
        const elements = elementsOf(text)?.map((source) => JSON.parse(source));
        if (Array.isArray(value)) expect([members, elements]).toEqual([undefined, value]);
        else if (typeof value !== "object" || value === null)
          expect([members, elements]).toEqual([undefined, undefined]);
        else expect(new Map(members as [string, unknown][])).toEqual(new Map(Object.entries(value)));
      }),
    );
  });

  it("keep the order of the source, integer-like names too", () => {
    expect(membersOf('{"b":1,"2":2,"a":3,"1":4}')?.map(({ name }) => name)).toEqual(["b", "2", "a", "1"]);
  });

  it("unescape names", () => {
    expect(membersOf('{"\\u0061\\"}":1}')).toEqual([{ name: 'a"}', source: "1" }]);
  });
});

describe("compactJson", () => {
  it("takes out white space and nothing else", () => {
    fc.assert(
      fc.property(json, (text) => {
        expect(compactJson(text).trimEnd()).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it("is linear and does not recurse", () => {
    const deep = `${"[ ".repeat(200_000)}${"]".repeat(200_000)}`;
    const started = performance.now();
    expect(compactJson(deep)).toBe(`${"[".repeat(200_000)}${"]".repeat(200_000)}`);
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
