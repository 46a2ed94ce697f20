import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { canonicalDecimal } from "./decimal.ts";

describe("canonicalDecimal", () => {
  const same: readonly [string, string][] = [
    ["1.50", "1.5"],
    ["15e-1", "1.5"],
    ["100", "1E+2"],
    ["0.00", "-0"],
    ["0.010", "1e-2"],
  ];
  test.each(same)("%s is %s", (one, other) => {
    expect(canonicalDecimal(one)).toBe(canonicalDecimal(other));
  });

  it("tells apart what a double cannot", () => {
    expect(canonicalDecimal("12345678901234567890")).not.toBe(canonicalDecimal("12345678901234567891"));
    expect(canonicalDecimal("1")).not.toBe(canonicalDecimal("-1"));
  });

  it("is one for every spelling of an integer", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 1n, max: 10n ** 40n }), fc.nat(20), (value, zeros) => {
        expect(canonicalDecimal(`${value}${"0".repeat(zeros)}`)).toBe(canonicalDecimal(`${value}e${zeros}`));
        expect(canonicalDecimal(`${value}.${"0".repeat(zeros + 1)}`)).toBe(canonicalDecimal(`${value}`));
      }),
    );
  });
});
