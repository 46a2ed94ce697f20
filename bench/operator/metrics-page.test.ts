import { describe, expect, it } from "@jest/globals";
import { parseMetrics } from "./metrics-page.ts";
import { percentile } from "./percentile.ts";

const page = parseMetrics(`# HELP ready 1 where it is
# TYPE ready gauge
ready{namespace="a",name="x",reason="Synced"} 1
ready{namespace="a",name="y",reason="Synced"} 0
up 1.5e-3
`);

describe("parseMetrics", () => {
  it("sums a metric over its series", () => expect(page.sum("ready")).toBe(1));
  it("sums those with a label", () => expect(page.sum("ready", { name: "y" })).toBe(0));
  it("reads a series without labels", () => expect(page.sum("up")).toBe(0.0015));
  it("knows what is not there", () => expect(page.sum("down")).toBeUndefined());
  it("counts series", () => expect(page.count("ready")).toBe(2));
});

describe("percentile", () => {
  const samples = [5, 1, 4, 2, 3];
  it.each([
    { share: 0.5, value: 3 },
    { share: 0.99, value: 5 },
    { share: 0.2, value: 1 },
    { share: 0, value: 1 },
  ])("at $share is $value", ({ share, value }) => expect(percentile(samples, share)).toBe(value));
  it("of nothing is no number", () => expect(percentile([], 0.5)).toBeNaN());
});
