import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { defaultLimits } from "../../api/store-model.ts";
import { type Load, quotaNeeds } from "./quota-needs.ts";

const reads = (calls: number, intervalMs: number): Load => ({ quota: "parameterReads", calls, intervalMs });
const limits = { ...defaultLimits, parameterReads: 36 };

describe("quotaNeeds", () => {
  const cases: { name: string; loads: Load[]; carried: number | undefined }[] = [
    { name: "nothing to poll", loads: [], carried: undefined },
    { name: "3,000 calls fit into five minutes", loads: [reads(3000, 300_000)], carried: undefined },
    { name: "3,000 calls do not fit into one", loads: [reads(3000, 60_000)], carried: 87_720 },
    {
      name: "only what is asked more often is stretched",
      loads: [reads(3000, 60_000), reads(3000, 300_000)],
      carried: 123_967,
    },
    {
      name: "another class is short of its own limit",
      loads: [reads(1, 60_000), { quota: "secretBatches", calls: 800, intervalMs: 5000 }],
      carried: 10_527,
    },
  ];
  test.each(cases)("$name", ({ loads, carried }) => {
    expect(quotaNeeds(loads, limits).carriedIntervalMs).toBe(carried);
  });

  it("adds up what is needed", () => {
    const needs = quotaNeeds([reads(60, 60_000), reads(10, 5000)], limits);
    expect(needs.requestsPerSecond.get("parameterReads")).toBe(3);
  });

  it("names an interval that fits, and no shorter one", () => {
    const load = fc.tuple(fc.integer({ min: 1, max: 5000 }), fc.integer({ min: 5000, max: 3_600_000 }));
    fc.assert(
      fc.property(fc.array(load, { minLength: 1, maxLength: 8 }), (pairs) => {
        const loads = pairs.map(([calls, intervalMs]) => reads(calls, intervalMs));
        const { carriedIntervalMs: carried } = quotaNeeds(loads, limits);
        const rate = (least: number): number =>
          loads.reduce((sum, { calls, intervalMs }) => sum + (calls * 1000) / Math.max(intervalMs, least), 0);
        const allowed = 36 * 0.95;
        expect(rate(carried ?? 0)).toBeLessThanOrEqual(allowed + 1e-6);
        expect(carried === undefined || rate(carried - 2) > allowed).toBe(true);
      }),
    );
  });
});
