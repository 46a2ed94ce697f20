import { describe, expect, it } from "@jest/globals";
import type { ValueRef } from "../api/source.ts";
import { defaultLimits } from "../api/store-model.ts";
import { createFakePlane } from "./fakes/fake-plane.ts";
import { awsError, createFakeServiceCalls } from "./fakes/fake-service-calls.ts";

const secret: ValueRef = { kind: "secret", secretId: "db" };

function setUp() {
  const replica = createFakeServiceCalls("eu-central-1");
  const told: object[] = [];
  const fake = createFakePlane(
    { metrics: { failedOver: (event) => void told.push(event) } },
    { failover: [{ region: "eu-central-1", calls: replica }] },
  );
  fake.calls.putSecret("db", "x");
  replica.putSecret("db", "x");
  const breakPrimary = () => {
    fake.calls.fault = () => {
      throw awsError("unavailable");
    };
  };
  const mendPrimary = () => {
    fake.calls.fault = () => {};
  };
  return { ...fake, told, breakPrimary, mendPrimary };
}

describe("where secrets come from", () => {
  it("is the reader's own region, a replica's during an outage, and the own one again", async () => {
    const { plane, reader, read, clock, told, breakPrimary, mendPrimary } = setUp();
    const active = async () => {
      await read([secret], { notBefore: clock.now() });
      return plane.activeRegion(reader);
    };
    expect(plane.activeRegion(reader)).toBe("eu-west-1");
    expect(await active()).toBe("eu-west-1");
    expect(told).toEqual([]);
    breakPrimary();
    expect(await active()).toBe("eu-central-1");
    expect(told).toEqual([{ region: "eu-west-1", replicaRegion: "eu-central-1", items: 1 }]);
    mendPrimary();
    expect(await active()).toBe("eu-west-1");
  });
});

describe("a replica that lags", () => {
  it("does not bring an older version back: the last good value stays, with the outage", async () => {
    const { reader, calls, read, clock, breakPrimary, mendPrimary } = setUp();
    calls.putSecret("db", "newer");
    const now = () => read([secret], { notBefore: clock.now() });
    await now();
    breakPrimary();
    await now();
    expect(reader.peek(secret)).toMatchObject({
      good: { values: [{ content: "newer" }] },
      failure: { error: { kind: "unavailable", code: "ReplicaDiffers" } },
    });
    mendPrimary();
    await now();
    expect(reader.peek(secret)?.failure).toBeUndefined();
  });
});

describe("readers that nobody wants", () => {
  it("are closed, and those that somebody wants are not", () => {
    const { plane, reader } = setUp();
    const calls = createFakeServiceCalls();
    const other = plane.reader({ id: "other", region: "eu-west-1", calls, limits: defaultLimits });
    plane.subscribe("r", [{ reader, ref: secret, store: "s" }]);
    expect(plane.releaseUnwanted()).toEqual([other]);
    expect([calls.closed, plane.find("other", "eu-west-1"), plane.find("operator", "eu-west-1")]).toEqual([
      true,
      undefined,
      reader,
    ]);
  });
});

describe("limits and account", () => {
  it("are asked anew each time", () => {
    const { plane, calls } = setUp();
    let limits = defaultLimits;
    let account: string | undefined;
    const reader = plane.reader({
      id: "living",
      region: "eu-west-1",
      calls,
      limits: () => limits,
      account: () => account,
    });
    plane.subscribe("r", [{ reader, ref: { kind: "parameter", name: "/a" }, intervalMs: 1000, store: "s" }]);
    expect([plane.accountOf(reader), plane.quotaNeeds(reader).carriedIntervalMs]).toEqual([undefined, undefined]);
    limits = { ...defaultLimits, parameterReads: 0.1 };
    account = "123456789012";
    expect(plane.accountOf(reader)).toBe(account);
    expect(plane.quotaNeeds(reader).carriedIntervalMs).toBe(10_527);
    expect(plane.quotaNeeds(reader).saturation.get("parameterReads")).toBeCloseTo(10.526, 3);
  });
});
