import { describe, expect, it } from "@jest/globals";
import type { ValueRef } from "../../api/source.ts";
import { createFakePlane, type FakePlane } from "../fakes/fake-plane.ts";
import { awsError } from "../fakes/fake-service-calls.ts";

const minute = 60_000;
const parameter = (name: string): ValueRef => ({ kind: "parameter", name });
const secret = (secretId: string): ValueRef => ({ kind: "secret", secretId });

/** Subscribes to the refs and reads them once, as a new resource does. */
async function subscribed(
  fake: FakePlane,
  refs: readonly ValueRef[],
  intervalMs = minute,
  subscriber = "r",
): Promise<void> {
  fake.plane.subscribe(
    subscriber,
    refs.map((ref) => ({ reader: fake.reader, ref, intervalMs, store: "s" })),
  );
  await fake.read(refs, { subscriber });
}

function withParameters(fake: FakePlane, count: number): ValueRef[] {
  return Array.from({ length: count }, (_, index) => {
    fake.calls.putParameter(`/p/${index}`, `p${index}`);
    return parameter(`/p/${index}`);
  });
}

describe("polling", () => {
  it("reads nothing twice while a start that takes a quarter of the interval goes on", async () => {
    const fake = createFakePlane();
    const refs = withParameters(fake, 1000);
    for (let from = 0; from < refs.length; from += 10) {
      await subscribed(fake, refs.slice(from, from + 10), 10 * minute, `r${from}`);
      await fake.clock.advance(1450);
    }
    expect(fake.calls.count()).toBe(100);
    // Half an interval later they begin to be polled, each once, and within the promise.
    fake.calls.log.length = 0;
    await fake.clock.advance(10 * minute);
    expect(fake.calls.count()).toBe(100);
    const ages = refs.map((ref) => fake.clock.now() - (fake.reader.peek(ref)?.good?.at ?? 0));
    expect(Math.max(...ages)).toBeLessThanOrEqual(11 * minute);
  });

  it("makes 30 and 2 calls a quiet cycle for 300 parameters and 40 secrets, and tells nobody", async () => {
    const fake = createFakePlane();
    const refs = withParameters(fake, 300);
    for (let index = 0; index < 40; index += 1) {
      fake.calls.putSecret(`s/${index}`, "x");
      refs.push(secret(`s/${index}`));
    }
    await subscribed(fake, refs);
    await fake.clock.advance(minute);
    fake.calls.log.length = 0;
    await fake.clock.advance(10 * minute);
    expect(fake.calls.count("getParameters")).toBe(300);
    expect(fake.calls.count("batchGetSecretValue")).toBe(20);
    expect(fake.calls.count()).toBe(320);
    expect(fake.told).toEqual([]);
  });

  it("tells those who subscribe to it, once, of a change within the interval", async () => {
    const fake = createFakePlane();
    const refs = withParameters(fake, 20);
    await subscribed(fake, refs.slice(0, 10), minute, "a");
    await subscribed(fake, refs.slice(5, 15), minute, "b");
    await fake.clock.advance(minute);
    fake.calls.putParameter("/p/7", "new");
    fake.calls.putParameter("/p/12", "new");
    await fake.clock.advance(minute * 1.1);
    expect(fake.told.flat().filter((name) => name === "a")).toEqual(["a"]);
    expect(fake.reader.peek(parameter("/p/7"))?.good?.values[0]?.content).toBe("new");
    expect(new Set(fake.told.flat())).toEqual(new Set(["a", "b"]));
  });

  it("polls a shared value at the shortest interval that anybody asks for, and no longer once they left", async () => {
    const fake = createFakePlane();
    const refs = withParameters(fake, 1);
    await subscribed(fake, refs, 60 * minute, "slow");
    await subscribed(fake, refs, minute, "fast");
    await fake.clock.advance(minute);
    fake.calls.log.length = 0;
    await fake.clock.advance(10 * minute);
    expect(fake.calls.count()).toBe(10);
    fake.plane.unsubscribe("fast");
    fake.calls.log.length = 0;
    await fake.clock.advance(60 * minute);
    expect(fake.calls.count()).toBe(1);
    fake.plane.unsubscribe("slow");
    fake.calls.log.length = 0;
    await fake.clock.advance(120 * minute);
    expect(fake.calls.count()).toBe(0);
    expect(fake.clock.timers).toBe(0);
    expect(fake.reader.peek(refs[0] as ValueRef)).toBeUndefined();
  });

  it("keeps a shorter interval's promise from the moment it is asked for", async () => {
    const fake = createFakePlane();
    const refs = withParameters(fake, 50);
    await subscribed(fake, refs, 60 * minute, "slow");
    const readAt = fake.clock.now();
    await fake.clock.advance(4 * minute);
    const intervalMs = 5 * minute;
    fake.plane.subscribe(
      "fast",
      refs.map((ref) => ({ reader: fake.reader, ref, intervalMs, store: "s" })),
    );
    await fake.clock.advance(readAt + 1.1 * intervalMs - fake.clock.now());
    for (const ref of refs) {
      expect(fake.reader.peek(ref)?.good?.at).toBeGreaterThan(readAt);
    }
    expect(fake.calls.log.length).toBeLessThanOrEqual(5 + 10);
  });

  it("reads a pin once, and then once a day", async () => {
    const fake = createFakePlane();
    fake.calls.putParameter("/a", "x");
    fake.calls.putSecret("s", "x");
    const pins: ValueRef[] = [
      { kind: "parameter", name: "/a", selector: { version: 1 } },
      { kind: "secret", secretId: "s", versionId: "v1" },
    ];
    await subscribed(fake, pins);
    expect(fake.calls.count()).toBe(2);
    fake.calls.log.length = 0;
    await fake.clock.advance(23 * 60 * minute);
    const polled = fake.calls.count();
    expect(polled).toBeLessThanOrEqual(2);
    await fake.read(pins);
    expect(fake.calls.count()).toBe(polled);
    await fake.clock.advance(2 * 24 * 60 * minute);
    expect(fake.calls.count()).toBeGreaterThanOrEqual(4);
    expect(fake.calls.count()).toBeLessThanOrEqual(6);
  });

  it("goes on at its pace when the clock is set back by an hour", async () => {
    const fake = createFakePlane();
    await subscribed(fake, withParameters(fake, 10));
    await fake.clock.advance(3 * minute);
    fake.calls.log.length = 0;
    fake.clock.jump(-60 * minute);
    await fake.clock.advance(10 * minute);
    expect(fake.calls.count()).toBe(10);
  });

  it("puts off a turn that comes right after somebody read all of it, by half an interval and no more than one", async () => {
    const fake = createFakePlane();
    const refs = withParameters(fake, 10);
    await subscribed(fake, refs);
    await fake.clock.advance(minute);
    const turn = (fake.calls.log.at(-1)?.at ?? 0) + minute;
    await fake.clock.advance(turn - 1000 - fake.clock.now());
    const readAt = fake.clock.now();
    await fake.read(refs);
    fake.calls.log.length = 0;
    await fake.clock.advance(2000);
    expect(fake.calls.count()).toBe(0);
    await fake.clock.advance(minute * 1.05);
    const [again = 0, ...more] = fake.calls.log.map(({ at }) => at - readAt);
    expect([again >= minute / 2, again <= minute * 1.05, more.length]).toEqual([true, true, 0]);
  });

  it("tells of a failure by kind once, and of the recovery once", async () => {
    const fake = createFakePlane();
    await subscribed(fake, withParameters(fake, 10));
    await fake.clock.advance(minute);
    fake.calls.fault = () => {
      throw awsError("throttled");
    };
    await fake.clock.advance(10 * minute);
    expect(fake.told).toEqual([["r"]]);
    const failure = fake.reader.peek(parameter("/p/1"))?.failure;
    expect(failure?.error.kind).toBe("throttled");
    expect(failure?.at).toBeGreaterThan((failure?.since ?? 0) + 8 * minute);
    fake.calls.fault = () => {};
    await fake.clock.advance(minute);
    expect(fake.told).toEqual([["r"], ["r"]]);
    expect(fake.reader.peek(parameter("/p/1"))?.failure).toBeUndefined();
  });

  it("retries a throttled batch from about a second up to a minute, not at its next turn an hour later", async () => {
    const fake = createFakePlane();
    await subscribed(fake, withParameters(fake, 10), 60 * minute);
    let failing = true;
    fake.calls.fault = () => {
      if (failing) {
        throw awsError("throttled");
      }
    };
    await fake.clock.advance(60 * minute);
    await fake.clock.advance(10 * minute);
    const gaps = fake.calls.log.slice(2).map(({ at }, index) => at - (fake.calls.log[index + 1]?.at ?? 0));
    expect(gaps.length).toBeGreaterThan(10);
    expect(gaps[0]).toBeLessThanOrEqual(1000);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(minute);
    failing = false;
    await fake.clock.advance(minute);
    expect(fake.reader.peek(parameter("/p/1"))?.failure).toBeUndefined();
  });
});

describe("poison names", () => {
  it("cost the others neither calls nor freshness: 500 among 4,000", async () => {
    const fake = createFakePlane();
    const refs = withParameters(fake, 4000);
    await subscribed(fake, refs);
    await fake.clock.advance(2 * minute);
    const isPoison = (name: string): boolean => Number(name.slice(3)) % 8 === 0;
    fake.calls.fault = ({ items }) => {
      if (items.some(isPoison)) {
        throw awsError("denied");
      }
    };
    await fake.clock.advance(4 * minute);
    const healthy = refs.filter((ref) => ref.kind === "parameter" && !isPoison(ref.name));
    fake.calls.log.length = 0;
    const from = fake.clock.now();
    await fake.clock.advance(5 * minute);
    const shared = fake.calls.log.filter(({ items }) => !items.some(isPoison));
    const apart = fake.calls.log.filter(({ items }) => items.some(isPoison));
    expect(shared.length).toBeLessThanOrEqual(5 * 350 * 1.05);
    expect(apart.every(({ items }) => items.length === 1)).toBe(true);
    // 5 % of 30 requests a second.
    expect(apart.length).toBeLessThanOrEqual(1.5 * 300 + 1);
    expect(apart.length).toBeGreaterThan(100);
    for (const ref of healthy) {
      expect(fake.reader.peek(ref)?.good?.at).toBeGreaterThan(from + 3.9 * minute);
    }
    fake.calls.fault = () => {};
    await fake.clock.advance(12 * minute);
    fake.calls.log.length = 0;
    await fake.clock.advance(minute);
    expect(fake.calls.count()).toBeLessThanOrEqual(400 * 1.05);
    expect(refs.every((ref) => fake.reader.peek(ref)?.failure === undefined)).toBe(true);
  });

  it("hold up nobody while they are looked for", async () => {
    const late: number[] = [];
    const fake = createFakePlane({ metrics: { pollStarted: ({ lateSeconds }) => void late.push(lateSeconds) } });
    await subscribed(fake, withParameters(fake, 1000));
    await fake.clock.advance(minute);
    const isPoison = (name: string): boolean => Number(name.slice(3)) % 20 === 0;
    fake.calls.fault = ({ items }) => {
      if (items.some(isPoison)) {
        throw awsError("denied");
      }
    };
    // Taking a batch apart takes calls, and each takes its time.
    fake.calls.latency = () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      fake.clock.after(fake.calls.log.at(-1)?.items.length === 10 ? 50 : 5000, resolve);
      return promise;
    };
    late.length = 0;
    await fake.clock.advance(minute);
    expect(late.length).toBeGreaterThanOrEqual(100);
    expect(Math.max(...late)).toBeLessThanOrEqual(1);
  });

  it("do not multiply the calls of an identity that lost its access altogether", async () => {
    const fake = createFakePlane();
    await subscribed(fake, withParameters(fake, 1000));
    await fake.clock.advance(minute);
    fake.calls.fault = () => {
      throw awsError("denied");
    };
    await fake.clock.advance(minute);
    fake.calls.log.length = 0;
    await fake.clock.advance(5 * minute);
    expect(fake.calls.count()).toBeLessThan(5 * 100 * 1.5);
    fake.calls.fault = () => {};
    await fake.clock.advance(15 * minute);
    fake.calls.log.length = 0;
    await fake.clock.advance(minute);
    expect(fake.calls.count()).toBeLessThanOrEqual(105);
  });
});
