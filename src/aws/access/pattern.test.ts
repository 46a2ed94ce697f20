import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { coversPrefix, matchesPattern } from "./pattern.ts";

/** The slow, obvious definition. */
function reference(pattern: string, text: string): boolean {
  if (pattern === "") return text === "";
  const [first = "", ...rest] = [...pattern];
  const tail = rest.join("");
  if (first === "*") return [...Array(text.length + 1).keys()].some((skip) => reference(tail, text.slice(skip)));
  return text.startsWith(first) && reference(tail, text.slice(first.length));
}

const text = fc.string({ unit: fc.constantFrom("a", "b", "/"), maxLength: 8 });
const pattern = fc.string({ unit: fc.constantFrom("a", "b", "/", "*"), maxLength: 6 });

describe("matchesPattern", () => {
  it.each([
    ["/shop/*", "/shop/db/password", true, "a star crosses slashes"],
    ["/shop/*", "/shop", false, "what stands before the star must be there"],
    ["/shop*", "/shopping/x", true, "a star needs no slash"],
    ["ab*ba", "aba", false, "beginning and end may not overlap"],
    ["a.c", "abc", false, "a dot is a dot"],
    ["/a/?", "/a/b", false, "a question mark is a question mark"],
  ])("%s against %s is %s: %s", (aPattern, aText, expected, _reason) => {
    expect(matchesPattern(aPattern, aText)).toBe(expected);
  });

  it("agrees with the definition", () => {
    fc.assert(fc.property(pattern, text, (p, t) => matchesPattern(p, t) === reference(p, t)));
  });

  it("is not slow on a pattern made to be slow", () => {
    expect(matchesPattern(`${"a*".repeat(200)}b`, "a".repeat(20_000))).toBe(false);
  });
});

describe("coversPrefix", () => {
  it.each([
    ["/shop/*", "/shop/", true],
    ["/shop/*", "/shop/db/", true],
    ["/shop/*", "/shop", false],
    ["/shop/db", "/shop/", false],
    ["*/db", "/shop/", false],
    ["*", "", true],
  ])("%s covers all below %s: %s", (aPattern, prefix, expected) => {
    expect(coversPrefix(aPattern, prefix)).toBe(expected);
  });

  it("says yes only where every longer text matches, and no only where one does not", () => {
    const endings = fc.sample(text, 200).concat("", "#");
    fc.assert(
      fc.property(pattern, text, (p, prefix) => {
        const all = endings.every((ending) => matchesPattern(p, prefix + ending));
        return coversPrefix(p, prefix) === all;
      }),
    );
  });
});
