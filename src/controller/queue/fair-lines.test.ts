import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createFairLines, type Line, namespaceOf } from "./fair-lines.ts";

function takeAll(lines: ReturnType<typeof createFairLines>): string[] {
  const taken: string[] = [];
  for (let next = lines.take(); next !== undefined; next = lines.take()) taken.push(next.key);
  return taken;
}

describe("fair lines", () => {
  it("serves people before refreshes", () => {
    const lines = createFairLines();
    lines.add("a/refresh", "refresh");
    lines.add("a/edited", "interactive");
    expect(takeAll(lines)).toEqual(["a/edited", "a/refresh"]);
  });

  it("moves a waiting refresh forward when somebody edits it, and never back", () => {
    const lines = createFairLines();
    lines.add("a/one", "refresh");
    lines.add("a/two", "refresh");
    lines.add("a/two", "interactive");
    lines.add("a/two", "refresh");
    expect(takeAll(lines)).toEqual(["a/two", "a/one"]);
  });

  it("takes turns between namespaces: one with thousands of keys delays another by one turn", () => {
    const lines = createFairLines();
    for (let index = 0; index < 5_000; index++) lines.add(`big/${index}`, "refresh");
    lines.add("small/one", "refresh");
    expect([lines.take()?.key, lines.take()?.key]).toContain("small/one");
  });

  it("gives refreshes a turn in eight, so that a stream of edits does not starve them", () => {
    const lines = createFairLines();
    for (let index = 0; index < 100; index++) lines.add(`a/edit-${index}`, "interactive");
    lines.add("a/refresh", "refresh");
    const firstEight = Array.from({ length: 8 }, () => lines.take()?.key);
    expect(firstEight).toContain("a/refresh");
  });

  it("hands out every key exactly once, whatever the order of additions and removals", () => {
    const action = fc.record({
      key: fc.constantFrom("a/1", "a/2", "b/1", "b/2", "c/1"),
      line: fc.constantFrom<Line>("interactive", "refresh"),
      remove: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(action, { maxLength: 40 }), (actions) => {
        const lines = createFairLines();
        const expected = new Set<string>();
        for (const { key, line, remove } of actions) {
          if (remove) {
            lines.remove(key);
            expected.delete(key);
          } else {
            lines.add(key, line);
            expected.add(key);
          }
        }
        expect(lines.size).toBe(expected.size);
        expect(takeAll(lines).sort()).toEqual([...expected].sort());
        expect(lines.size).toBe(0);
      }),
    );
  });
});

describe("namespaceOf", () => {
  it.each([
    ["shop/checkout", "shop"],
    ["cluster-wide", ""],
  ])("%s is in %p", (key, namespace) => expect(namespaceOf(key)).toBe(namespace));
});
