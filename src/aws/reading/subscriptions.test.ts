import { describe, expect, it } from "@jest/globals";
import type { ValueRef } from "../../api/source.ts";
import { defaultLimits } from "../../api/store-model.ts";
import { createFakePlane } from "../fakes/fake-plane.ts";
import { awsError } from "../fakes/fake-service-calls.ts";
import type { Want } from "../reader.ts";
import { refKey } from "../refs/ref-key.ts";

const minute = 60_000;
const a: ValueRef = { kind: "parameter", name: "/a" };

function setUp() {
  const fake = createFakePlane();
  fake.calls.putParameter("/a", "x");
  const want = (more: Partial<Want> = {}): Want => ({ reader: fake.reader, ref: a, store: "s", ...more });
  return { ...fake, want };
}

describe("who is told", () => {
  it("not the one whose read brought it, but all others", async () => {
    const { plane, read, told, want, calls } = setUp();
    for (const name of ["r1", "r2", "r3"]) {
      plane.subscribe(name, [want()]);
    }
    await read([a], { subscriber: "r1" });
    expect(told).toEqual([["r2", "r3"]]);
    await read([a], { subscriber: "r2" });
    expect(told.length).toBe(1);
    calls.putParameter("/a", "y");
    await read([a], { subscriber: "r2" });
    expect(told[1]).toEqual(["r1", "r3"]);
  });

  it("those without an interval too", async () => {
    const { plane, read, told, want, calls, clock } = setUp();
    plane.subscribe("onChange", [want()]);
    await read([a], { subscriber: "onChange" });
    plane.subscribe("periodic", [want({ intervalMs: minute })]);
    calls.putParameter("/a", "y");
    await clock.advance(1.1 * minute);
    expect(told).toEqual([["onChange", "periodic"]]);
    plane.unsubscribe("periodic");
    const before = calls.count();
    await clock.advance(60 * minute);
    expect(calls.count()).toBe(before);
  });

  it("of another kind of failure, with the time at which that kind began", async () => {
    const { plane, read, told, want, calls, clock, reader } = setUp();
    plane.subscribe("r", [want({ intervalMs: minute })]);
    await read([a], { subscriber: "r" });
    calls.parameters.delete("/a");
    await clock.advance(3 * minute);
    expect(told.length).toBe(1);
    const gone = reader.peek(a);
    expect(gone?.failure?.error).toMatchObject({ kind: "notFound", gone: true });
    expect((gone?.failure?.at ?? 0) - (gone?.failure?.since ?? 0)).toBeGreaterThanOrEqual(minute);
    expect(gone?.good?.values[0]?.content).toBe("x");
    calls.fault = () => {
      throw awsError("denied");
    };
    await clock.advance(2 * minute);
    expect(told.length).toBe(2);
    expect(reader.peek(a)?.failure?.since).toBeGreaterThan(gone?.failure?.at ?? 0);
  });
});

describe("a read", () => {
  it("rejects with the signal's reason at once, and leaves the others their answer", async () => {
    const { reader, calls, clock } = setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    calls.latency = () => promise;
    const options = { notBefore: 0, content: true, priority: "interactive", store: "s" } as const;
    const controller = new AbortController();
    const aborted = reader.read([a], { ...options, signal: controller.signal });
    const patient = reader.read([a], options);
    await clock.advance(10);
    controller.abort(new Error("enough"));
    await expect(aborted).rejects.toThrow("enough");
    await expect(reader.read([a], { ...options, signal: controller.signal })).rejects.toThrow("enough");
    resolve();
    expect((await patient).get(refKey(a))?.good?.values[0]?.content).toBe("x");
    expect(calls.count()).toBe(1);
  });

  it("does not wait behind a refresh that waits for the quota", async () => {
    const { plane, read, want, calls, clock, reader } = setUp();
    plane.subscribe("r", [want({ intervalMs: minute })]);
    await read([a], { subscriber: "r" });
    const { promise, resolve } = Promise.withResolvers<void>();
    calls.latency = () => (calls.log.at(-1)?.priority === "refresh" ? promise : Promise.resolve());
    const since = clock.now();
    await clock.advance(minute);
    expect(calls.log.at(-1)?.priority).toBe("refresh");
    const reading = reader.read([a], { notBefore: since, content: true, priority: "interactive", store: "s" });
    await clock.advance(10);
    expect((await reading).get(refKey(a))?.good?.at).toBeGreaterThan(since);
    resolve();
    await clock.advance(0);
  });

  it("does not let an older answer that comes late undo a newer one", async () => {
    const { calls, clock, reader } = setUp();
    const slow = Promise.withResolvers<void>();
    const below = calls.getParameters;
    calls.getParameters = async (names, options) => {
      const answer = await below(names, options);
      if (calls.count() === 1) {
        await slow.promise;
      }
      return answer;
    };
    const options = { content: true, priority: "interactive", store: "s" } as const;
    const first = reader.read([a], { ...options, notBefore: clock.now() });
    await clock.advance(20);
    calls.putParameter("/a", "newer");
    const second = reader.read([a], { ...options, notBefore: clock.now() });
    await clock.advance(20);
    await second;
    slow.resolve();
    await first;
    expect(reader.peek(a)?.good?.values[0]?.content).toBe("newer");
  });

  it("takes a failure of a moment ago for an answer, and no older one", async () => {
    const { calls, clock, read } = setUp();
    const notBefore = clock.now() - minute;
    calls.fault = () => {
      throw awsError("denied");
    };
    await read([a], { notBefore });
    await read([a], { notBefore });
    expect(calls.count()).toBe(1);
    calls.fault = () => {};
    await clock.advance(10_000);
    expect((await read([a], { notBefore })).get(refKey(a))?.failure).toBeUndefined();
  });

  it("trusts no age from a clock that was set back since", async () => {
    const { calls, clock, read } = setUp();
    await read([a]);
    clock.jump(-60 * minute);
    calls.putParameter("/a", "newer");
    const readings = await read([a], { notBefore: clock.now() - 1000 });
    expect(readings.get(refKey(a))?.good?.values[0]?.content).toBe("newer");
    expect((await read([a], { notBefore: clock.now() - 1000 })).get(refKey(a))?.good?.values[0]?.content).toBe("newer");
    expect(calls.count()).toBe(2);
  });

  it("brings tags of both services", async () => {
    const { calls, read } = setUp();
    calls.putParameter("/a", "x", { tags: { owner: "me" } });
    calls.putSecret("s", "x", { tags: { owner: "you" } });
    calls.putSecret("doomed", "x", { deletedDate: 1 });
    const refs = (["s", "doomed"] as const).map(
      (id): ValueRef => ({ kind: "tags", of: { service: "secretsManager", id } }),
    );
    refs.push({ kind: "tags", of: { service: "parameterStore", id: "/a" } });
    const readings = await read(refs);
    const [secret, doomed, parameter] = refs.map((ref) => readings.get(refKey(ref)));
    expect(secret?.good?.values[0]?.tags).toEqual({ owner: "you" });
    expect(parameter?.good?.values[0]?.tags).toEqual({ owner: "me" });
    expect(doomed?.failure?.error).toMatchObject({ kind: "notFound", gone: true });
  });
});

describe("release and close", () => {
  it("closes a reader that nobody wants, with its calls, and none that somebody does", async () => {
    const { plane, reader, want, calls, read } = setUp();
    plane.subscribe("r", [want()]);
    await read([a]);
    expect(plane.release(reader)).toBe(false);
    plane.unsubscribe("r");
    expect(plane.release(reader)).toBe(true);
    expect(calls.closed).toBe(true);
    expect(plane.find("operator", "eu-west-1")).toBeUndefined();
    expect(() => plane.subscribe("r", [want()])).toThrow("released");
  });

  it("closes service calls with the last reader that has them", () => {
    const { plane, reader, calls } = createFakePlane();
    const failover = [{ region: "eu-west-1", calls }];
    const own = createFakePlane().calls;
    const other = plane.reader({ id: "b", region: "eu-central-1", calls: own, failover, limits: defaultLimits });
    plane.release(reader);
    expect(calls.closed).toBe(false);
    plane.release(other);
    expect([calls.closed, own.closed]).toEqual([true, true]);
  });

  it("gives back the memory of a reader that was closed", async () => {
    const bytes: number[] = [];
    const { plane, reader, calls, read } = createFakePlane({
      metrics: { memoryHeld: (held) => void bytes.push(held) },
    });
    calls.putParameter("/a", "x".repeat(1000));
    await read([a]);
    expect(bytes.at(-1)).toBeGreaterThan(1000);
    expect(plane.release(reader)).toBe(true);
    const other = plane.reader({ id: "b", region: "eu-west-1", calls: createFakePlane().calls, limits: defaultLimits });
    await other.read([{ kind: "tags", of: { service: "secretsManager", id: "none" } }], {
      notBefore: 0,
      content: true,
      priority: "interactive",
      store: "s",
    });
    expect(bytes.at(-1)).toBe(0);
  });

  it("leaves no timer behind", async () => {
    const { plane, want, calls, read, clock } = setUp();
    plane.subscribe("r", [want({ intervalMs: minute })]);
    await read([a]);
    plane.close();
    await clock.advance(0);
    expect([clock.timers, calls.closed]).toEqual([0, true]);
  });
});
