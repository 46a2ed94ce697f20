import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { fairShare } from "./fair-share.ts";
import { shardOf } from "./shard-of.ts";

describe("fairShare", () => {
  it("gives out every shard once, and no member two more than another", () => {
    const members = fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(members, fc.integer({ min: 1, max: 64 }), (names, shards) => {
        const shares = names.map((name) => fairShare(name, names, shards));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(shards);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("counts the member itself, listed or not, once", () => {
    expect(fairShare("a", [], 4)).toBe(4);
    expect(fairShare("a", ["b"], 4)).toBe(2);
    expect(fairShare("a", ["a", "b", "a"], 4)).toBe(2);
  });
});

describe("shardOf", () => {
  it.each([
    { namespace: "shop", name: "checkout", shards: 1, expected: 0 },
    { namespace: "shop", name: "checkout", shards: 3, expected: 0 },
    { namespace: "shop", name: "orders", shards: 3, expected: 1 },
    { namespace: "", name: "cluster-wide", shards: 7, expected: 2 },
  ])("$namespace/$name of $shards is $expected, in every version for ever", ({ namespace, name, shards, expected }) => {
    expect(shardOf(namespace, name, shards)).toBe(expected);
  });

  it("spreads names evenly", () => {
    const counts = [0, 0, 0, 0];
    for (let index = 0; index < 4_000; index += 1) {
      const shard = shardOf("shop", `value-${index}`, 4);
      counts[shard] = (counts[shard] ?? 0) + 1;
    }
    expect(Math.max(...counts)).toBeLessThan(1_100);
    expect(Math.min(...counts)).toBeGreaterThan(900);
  });
});
