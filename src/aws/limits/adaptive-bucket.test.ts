import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createAdaptiveBucket } from "./adaptive-bucket.ts";

interface Step {
  readonly wait: number;
  readonly asks: number;
  readonly throttled: boolean;
}

/** When requests were let through. */
function grantsOf(ceiling: number, steps: readonly Step[]): readonly number[] {
  const bucket = createAdaptiveBucket(ceiling, 0);
  const grants: number[] = [];
  let now = 0;
  for (const { wait, asks, throttled } of steps) {
    now += wait;
    for (let n = 0; n < asks; n += 1) if (bucket.take(now)) grants.push(now);
    if (throttled) bucket.throttled(now);
  }
  return grants;
}

describe("an adaptive bucket", () => {
  it("never lets more through in any window than the ceiling and the burst allow, whatever happens", () => {
    const step = fc.record({
      wait: fc.integer({ min: 0, max: 700 }),
      asks: fc.integer({ min: 1, max: 20 }),
      throttled: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.double({ min: 0.1, max: 200, noNaN: true }),
        fc.array(step, { maxLength: 60 }),
        (ceiling, steps) => {
          const burst = Math.max(1, ceiling / 10);
          const grants = grantsOf(ceiling, steps);
          return grants.every((from, first) =>
            grants.slice(first).every((to, more) => more + 1 <= ((to - from) / 1000) * ceiling + burst + 1e-6),
          );
        },
      ),
    );
  });

  it("gives the whole rate to who asks for it", () => {
    const bucket = createAdaptiveBucket(36, 0);
    let granted = 0;
    for (let now = 0; now < 60_000; now += 5) while (bucket.take(now)) granted += 1;
    expect(granted).toBeGreaterThanOrEqual(36 * 60 - 1);
  });

  it("says how long to wait, exactly", () => {
    const bucket = createAdaptiveBucket(1, 0);
    expect(bucket.take(0)).toBe(true);
    expect(bucket.wait(0, 1)).toBe(1000);
    expect(bucket.take(999)).toBe(false);
    expect(bucket.take(1000)).toBe(true);
  });

  it.each([
    { wanted: 1, throttles: 0, ms: 12 },
    { wanted: 2, throttles: 0, ms: 39 },
    { wanted: 50, throttles: 0, ms: 39 },
    { wanted: 50, throttles: 3, ms: 79 },
    { wanted: 50, throttles: 9, ms: 474 },
  ])("at 36 a second, after $throttles throttles, waits $ms ms for $wanted", ({ wanted, throttles, ms }) => {
    const bucket = createAdaptiveBucket(36, 0);
    while (bucket.take(0));
    for (let count = 0; count < throttles; count += 1) bucket.throttled(count * 1000);
    const now = Math.max(0, throttles - 1) * 1000;
    while (bucket.take(now));
    expect(bucket.wait(now, wanted)).toBe(ms);
  });

  it("backs off on a throttle, once for a burst of them, and saves nothing up", () => {
    const bucket = createAdaptiveBucket(100, 0);
    bucket.throttled(0);
    bucket.throttled(10);
    expect(bucket.rate(10)).toBeCloseTo(70, 1);
    expect(bucket.take(10)).toBe(false);
    bucket.throttled(1500);
    expect(bucket.rate(1500)).toBeLessThan(51);
  });

  it("never stops, however often it is throttled, and recovers within two minutes", () => {
    const bucket = createAdaptiveBucket(100, 0);
    for (let now = 0; now < 60_000; now += 1000) bucket.throttled(now);
    expect(bucket.rate(59_000)).toBeGreaterThanOrEqual(5);
    expect(bucket.rate(59_000 + 60_000)).toBeLessThan(60);
    expect(bucket.rate(59_000 + 120_000)).toBe(100);
  });

  it("takes a lower ceiling at once", () => {
    const bucket = createAdaptiveBucket(100, 0);
    bucket.setCeiling(10, 0);
    expect(bucket.take(0)).toBe(true);
    expect(bucket.take(0)).toBe(false);
    expect(bucket.wait(0, 1)).toBe(100);
  });

  it("survives a clock that is set back", () => {
    const bucket = createAdaptiveBucket(10, 1_000_000);
    bucket.take(1_000_000);
    expect(bucket.take(0)).toBe(false);
    expect(bucket.take(100)).toBe(true);
  });
});
