import { describe, expect, it, test } from "@jest/globals";
import type { SecretRef, ValueRef } from "../../api/source.ts";
import { createFakePlane } from "../fakes/fake-plane.ts";
import { awsError, createFakeServiceCalls, type FakeServiceCalls } from "../fakes/fake-service-calls.ts";
import { refKey } from "../refs/ref-key.ts";
import { mapRegion } from "./failover.ts";

const down = (): never => {
  throw awsError("unavailable", "the region is down");
};
const secret = (secretId: string): SecretRef => ({ kind: "secret", secretId });

function setUp() {
  const frankfurt = createFakeServiceCalls("eu-central-1");
  const dublin = createFakeServiceCalls("eu-west-2");
  const failover = [
    { region: "eu-central-1", calls: frankfurt },
    { region: "eu-west-2", calls: dublin },
  ];
  const fake = createFakePlane({}, { failover });
  const put = (name: string, content: string, accounts: readonly FakeServiceCalls[]): void => {
    for (const account of accounts) {
      account.putSecret(name, content);
    }
  };
  return { ...fake, frankfurt, dublin, put };
}

describe("failover", () => {
  it("reads by name, ARN and partial ARN from the first replica that has it, and says so", async () => {
    const { read, calls, frankfurt, dublin, put } = setUp();
    put("a", "x", [calls, frankfurt, dublin]);
    put("b", "y", [calls, dublin]);
    calls.fault = down;
    const arn = calls.secrets.get("a")?.arn ?? "";
    const refs = [secret("a"), secret(arn), secret(arn.slice(0, -7)), secret("b")];
    const readings = await read(refs);
    expect(refs.map((ref) => readings.get(refKey(ref))?.good?.replicaRegion)).toEqual([
      "eu-central-1",
      "eu-central-1",
      "eu-central-1",
      "eu-west-2",
    ]);
    expect(refs.map((ref) => readings.get(refKey(ref))?.good?.values[0]?.content)).toEqual(["x", "x", "x", "y"]);
  });

  it("counts the same version as the same, wherever it was read", async () => {
    const { read, calls, frankfurt, put } = setUp();
    put("a", "x", [calls, frankfurt]);
    const primary = (await read([secret("a")])).get(refKey(secret("a")))?.good?.values[0];
    calls.fault = down;
    const replica = (await read([secret("a")])).get(refKey(secret("a")))?.good?.values[0];
    expect(replica).toEqual(primary);
  });

  it("reports the primary's outage for what no replica has or lets be read", async () => {
    const { read, calls, frankfurt, dublin, put } = setUp();
    put("a", "x", [calls]);
    calls.fault = down;
    dublin.fault = () => {
      throw awsError("denied");
    };
    frankfurt.putSecret("other", "z");
    const failure = (await read([secret("a")])).get(refKey(secret("a")))?.failure;
    expect(failure?.error).toMatchObject({ kind: "unavailable", message: "the region is down" });
  });

  test.each(["denied", "notFound", "throttled", "expired", "credentials", "invalid"] as const)(
    "does not fail over for %s",
    async (kind) => {
      const { read, calls, frankfurt, put } = setUp();
      put("a", "x", [calls, frankfurt]);
      calls.fault = () => {
        throw awsError(kind);
      };
      expect((await read([secret("a")])).get(refKey(secret("a")))?.failure?.error.kind).toBe(kind);
      expect(frankfurt.count()).toBe(0);
    },
  );

  it("never asks a replica for parameters, finds or tags", async () => {
    const { read, calls, frankfurt, dublin } = setUp();
    calls.fault = down;
    const refs: ValueRef[] = [
      { kind: "parameter", name: "/a" },
      { kind: "secretsByFilter", namePrefix: "a" },
      { kind: "tags", of: { service: "secretsManager", id: "a" } },
    ];
    const readings = await read(refs);
    expect(refs.map((ref) => readings.get(refKey(ref))?.failure?.error.kind)).toEqual(Array(3).fill("unavailable"));
    expect(frankfurt.count() + dublin.count()).toBe(0);
  });

  it("comes back to the primary by the next read, and tells of both", async () => {
    const { read, calls, frankfurt, put, plane, reader, told, clock } = setUp();
    put("a", "x", [calls, frankfurt]);
    plane.subscribe("r", [{ reader, ref: secret("a"), intervalMs: 60_000, store: "s" }]);
    await read([secret("a")], { subscriber: "r" });
    calls.fault = down;
    await clock.advance(66_000);
    expect(reader.peek(secret("a"))?.good?.replicaRegion).toBe("eu-central-1");
    calls.fault = () => {};
    await clock.advance(66_000);
    expect(reader.peek(secret("a"))?.good?.replicaRegion).toBeUndefined();
    expect(told).toEqual([["r"], ["r"]]);
  });
});

describe("mapRegion", () => {
  test.each([
    ["prod/db", "prod/db"],
    [
      "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a-AbCdEf",
      "arn:aws:secretsmanager:eu-central-1:123456789012:secret:a-AbCdEf",
    ],
    [
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:a",
      "arn:aws:secretsmanager:us-east-1:123456789012:secret:a",
    ],
  ])("%s", (id, expected) => {
    expect(mapRegion(id, "eu-west-1", "eu-central-1")).toBe(expected);
  });
});
