import { describe, expect, it } from "@jest/globals";
import { type QuotaFinding, type QuotaVerdict, quotaVerdict } from "./quota-verdict.ts";

const fits: QuotaFinding = { carriedMs: undefined, saturation: 0.5 };
const tight: QuotaFinding = { carriedMs: undefined, saturation: 0.95 };
const bound = (seconds: number): QuotaFinding => ({ carriedMs: seconds * 1000, saturation: 1.2 });

/** The verdicts of findings that come every ten seconds. */
function verdictsOf(findings: readonly QuotaFinding[], first: QuotaVerdict = { carriedMs: undefined }) {
  let last = first;
  return findings.map((found, index) => {
    last = quotaVerdict(last, found, index * 10_000);
    return last.carriedMs;
  });
}

describe("the verdict on a quota", () => {
  it("says what the quota carries after the finding has lasted half a minute", () => {
    expect(verdictsOf(Array(5).fill(bound(88)))).toEqual([undefined, undefined, undefined, 90_000, 90_000]);
  });

  it("takes no notice of a moment", () => {
    expect(verdictsOf([bound(88), bound(88), fits, bound(88), bound(88), fits])).toEqual(Array(6).fill(undefined));
  });

  it("is taken back only where there is room, and it has lasted", () => {
    const was = { carriedMs: 90_000 };
    expect(verdictsOf(Array(5).fill(tight), was)).toEqual(Array(5).fill(90_000));
    expect(verdictsOf(Array(4).fill(fits), was)).toEqual([90_000, 90_000, 90_000, undefined]);
  });

  it("tells another interval where it differs by more than a tenth", () => {
    expect(verdictsOf([bound(95), bound(85), bound(120)], { carriedMs: 90_000 })).toEqual([90_000, 90_000, 120_000]);
  });

  it.each([
    { ms: 12_100, to: 13_000, reason: "whole seconds" },
    { ms: 131_579, to: 135_000, reason: "five seconds above a minute" },
    { ms: 660_001, to: 720_000, reason: "minutes above ten" },
  ])("is rounded up to $reason", ({ ms, to }) => {
    expect(verdictsOf(Array(4).fill({ carriedMs: ms, saturation: 2 })).at(-1)).toBe(to);
  });
});
