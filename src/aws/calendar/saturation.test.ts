import { describe, expect, it } from "@jest/globals";
import type { ValueRef } from "../../api/source.ts";
import { defaultLimits } from "../../api/store-model.ts";
import { createFakePlane } from "../fakes/fake-plane.ts";

const minute = 60_000;

/** An account that answers so many requests a second, one after the other, as a limiter lets them through. */
function limited(requestsPerSecond: number) {
  const late: number[] = [];
  const limits = { ...defaultLimits, parameterReads: requestsPerSecond };
  const fake = createFakePlane(
    { metrics: { pollStarted: ({ lateSeconds }) => void late.push(lateSeconds) } },
    { limits },
  );
  let free = 0;
  fake.calls.latency = () => {
    free = Math.max(free, fake.clock.now()) + 1000 / requestsPerSecond;
    const { promise, resolve } = Promise.withResolvers<void>();
    fake.clock.after(free - fake.clock.now(), resolve);
    return promise;
  };
  return { ...fake, late, limits };
}

describe("more than the quota carries", () => {
  it("comes later for all alike, is told with the interval that fits, and leaves nothing out", async () => {
    const { plane, reader, calls, clock, late } = limited(4);
    const refs: ValueRef[] = [];
    for (let index = 0; index < 5000; index += 1) {
      calls.putParameter(`/p/${index}`, "x");
      refs.push({ kind: "parameter", name: `/p/${index}` });
    }
    plane.subscribe(
      "r",
      refs.map((ref) => ({ reader, ref, intervalMs: minute, store: "s" })),
    );
    await clock.advance(10 * minute);
    // 500 calls at 4 a second take 125 s; of the limit 95 % is for polls.
    expect(plane.quotaNeeds(reader)).toMatchObject({ carriedIntervalMs: 131_579 });
    const ages = refs.map((ref) => clock.now() - (reader.peek(ref)?.good?.at ?? 0));
    expect(Math.max(...ages)).toBeLessThanOrEqual(135_000);
    expect(Math.max(...late)).toBeGreaterThan(60);
    const perName = Map.groupBy(
      calls.log.flatMap(({ items }) => items),
      (name) => name,
    );
    const counts = [...perName.values()].map((reads) => reads.length);
    expect(perName.size).toBe(5000);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
  });

  it("keeps few refreshes under way, so that others find the quota's line short", async () => {
    const { plane, reader, calls, clock } = limited(30);
    let underWay = 0;
    let most = 0;
    const { latency } = calls;
    calls.latency = async () => {
      underWay += 1;
      most = Math.max(most, underWay);
      await latency();
      underWay -= 1;
    };
    const refs = Array.from({ length: 5000 }, (_, index): ValueRef => ({ kind: "parameter", name: `/p/${index}` }));
    plane.subscribe(
      "r",
      refs.map((ref) => ({ reader, ref, intervalMs: minute, store: "s" })),
    );
    await clock.advance(2 * minute);
    expect(most).toBe(6);
  });

  it("takes over limits that change", async () => {
    const { plane, reader, calls, clock, limits } = limited(4);
    const refs = Array.from({ length: 5000 }, (_, index): ValueRef => ({ kind: "parameter", name: `/p/${index}` }));
    plane.subscribe(
      "r",
      refs.map((ref) => ({ reader, ref, intervalMs: minute, store: "s" })),
    );
    await clock.advance(1);
    expect(plane.quotaNeeds(reader).carriedIntervalMs).toBeDefined();
    plane.reader({ id: reader.id, region: reader.region, calls, limits: { ...limits, parameterReads: 100 } });
    expect(plane.quotaNeeds(reader).carriedIntervalMs).toBeUndefined();
  });
});
