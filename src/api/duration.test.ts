import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { formatDuration, parseDuration } from "./duration.ts";

describe("parseDuration", () => {
  it.each([
    { text: "5s", milliseconds: 5_000 },
    { text: "1h30m", milliseconds: 5_400_000 },
    { text: "1.5h", milliseconds: 5_400_000 },
    { text: ".5m", milliseconds: 30_000 },
    { text: "2.s", milliseconds: 2_000 },
    { text: "1500ms", milliseconds: 1_500 },
    { text: "250us", milliseconds: 0.25 },
    { text: "250µs", milliseconds: 0.25 },
    { text: "250μs", milliseconds: 0.25 },
    { text: "1000000ns", milliseconds: 1 },
    { text: "30s1m", milliseconds: 90_000 },
  ])("reads $text as Go does", ({ text, milliseconds }) => {
    expect(parseDuration(text)).toBeCloseTo(milliseconds, 9);
  });

  it.each(["", "5", "s", "5 s", "5s ", "5S", "1d", "-5s", "+5s", "1h30", ".s", "1,5h", "1e3s"])(
    "refuses %j",
    (text) => {
      expect(parseDuration(text)).toBeUndefined();
    },
  );
});

describe("formatDuration", () => {
  it.each([
    { milliseconds: 0, text: "0s" },
    { milliseconds: 5_000, text: "5s" },
    { milliseconds: 60_000, text: "1m" },
    { milliseconds: 3_661_500, text: "1h1m1.5s" },
  ])("writes $milliseconds ms as $text", ({ milliseconds, text }) => {
    expect(formatDuration(milliseconds)).toBe(text);
  });

  test("is read back as it was", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 10_000_000_000 }), (milliseconds) => {
        expect(parseDuration(formatDuration(milliseconds))).toBeCloseTo(milliseconds, 3);
      }),
    );
  });
});
