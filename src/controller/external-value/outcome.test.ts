import { describe, expect, it } from "@jest/globals";
import type { SourceValue } from "../../api/source.ts";
import { awsError } from "../../aws/fakes/fake-service-calls.ts";
import type { Reading } from "../../aws/reader.ts";
import type { Delivered } from "./delivered.ts";
import { freshnessPromise, type OutcomeContext, outcomeOf } from "./outcome.ts";

const now = 1_000_000;
const secondLookMs = 60_000;
const ref = { kind: "parameter", name: "/a" } as const;

const context = (fields: Partial<OutcomeContext> = {}): OutcomeContext => ({
  subject: "key A",
  region: "eu-west-1",
  now,
  startedAt: now - 10_000,
  promiseMs: 60_000,
  delivered: "here",
  secondLookMs,
  ...fields,
});

const value = (content?: string): SourceValue => ({
  service: "parameterStore",
  name: "/a",
  arn: "arn:aws:ssm:eu-west-1:123456789012:parameter/a",
  type: "String",
  version: "1",
  versionKey: "1",
  ...(content === undefined ? {} : { content }),
});

const good = (at: number, content: string | undefined = "x") => ({ good: { at, values: [value(content)] } });
const failing = (kind: Parameters<typeof awsError>[0], more: { gone?: boolean; since?: number; at?: number } = {}) => ({
  failure: { error: awsError(kind, "AWS's words", more.gone), at: more.at ?? now, since: more.since ?? now },
});
const of = (reading: Omit<Reading, "ref">, fields: Partial<OutcomeContext> = {}) =>
  outcomeOf({ ref, ...reading }, context(fields));

describe("a good answer", () => {
  it("is a value, with the time of its read", () => {
    expect(of(good(now - 5))).toEqual({ kind: "value", values: [value("x")], at: now - 5 });
  });

  it("from a replica is degraded", () => {
    const reading = { good: { ...good(now).good, replicaRegion: "eu-central-1" } };
    expect(of(reading)).toMatchObject({ kind: "value", degraded: { reason: "AwsUnavailable" } });
  });
});

describe("what passes by itself", () => {
  it.each(["throttled", "unavailable", "credentials", "expired"] as const)(
    "%s: the last value stays, fresh as long as promised",
    (kind) => {
      const outcome = of({ ...good(now - 20_000), ...failing(kind) });
      expect(outcome).toMatchObject({ kind: "value", freshUntil: now + 40_000 });
      expect(outcome).not.toHaveProperty("degraded");
    },
  );

  it("is degraded once the promise is broken", () => {
    const outcome = of({ ...good(now - 60_001), ...failing("throttled") });
    expect(outcome).toMatchObject({ kind: "value", degraded: { reason: "Throttled" } });
  });

  it("breaks no promise where none was given", () => {
    const { promiseMs: _, ...unpromised } = context();
    const outcome = outcomeOf({ ref, ...good(0), ...failing("throttled") }, unpromised);
    expect(outcome).toMatchObject({ kind: "value", freshUntil: Number.POSITIVE_INFINITY });
    expect(outcome).not.toHaveProperty("degraded");
  });

  it("waits where nothing was read yet, the promise counted from the start of the process", () => {
    expect(of(failing("unavailable"))).toMatchObject({
      kind: "waiting",
      freshUntil: now + 50_000,
      promiseBroken: false,
    });
    expect(of(failing("unavailable"), { startedAt: 0 })).toMatchObject({ kind: "waiting", promiseBroken: true });
  });

  it("waits where the content has left the memory", () => {
    const dropped = { good: { at: now, values: [value(undefined)] } };
    expect(of({ ...dropped, ...failing("unavailable") })).toMatchObject({ kind: "waiting" });
  });
});

describe("what a user must act on", () => {
  it.each([
    { kind: "denied", reason: "AccessDenied" },
    { kind: "invalid", reason: "ValueInvalid" },
  ] as const)("$kind is unreadable, whatever was read before", ({ kind, reason }) => {
    expect(of({ ...good(now), ...failing(kind) })).toMatchObject({ kind: "unreadable", failure: { reason } });
  });
});

describe("gone", () => {
  const looks = { first: now, second: now - secondLookMs };
  it.each<{ reason: string; delivered: Delivered; gone: boolean; since: number; is: string }>([
    { reason: "never delivered", delivered: "never", gone: true, since: looks.second, is: "never" },
    {
      reason: "delivered under another identity",
      delivered: "elsewhere",
      gone: true,
      since: looks.second,
      is: "unproven",
    },
    { reason: "only a version of it is missing", delivered: "here", gone: false, since: looks.second, is: "unproven" },
    { reason: "delivered, at a first look", delivered: "here", gone: true, since: looks.first, is: "once" },
    { reason: "a moment before a second look", delivered: "here", gone: true, since: looks.second + 1, is: "once" },
    { reason: "at a second look", delivered: "here", gone: true, since: looks.second, is: "confirmed" },
    { reason: "let go before", delivered: "letGo", gone: true, since: looks.first, is: "confirmed" },
    {
      reason: "let go, and now only a version is missing",
      delivered: "letGo",
      gone: false,
      since: looks.first,
      is: "unproven",
    },
  ])("$reason: $is", ({ delivered, gone, since, is }) => {
    const outcome = of(failing("notFound", { gone, since }), { delivered });
    expect(outcome).toMatchObject({ kind: "missing", gone: is, failure: { reason: "ValueNotFound" } });
    const lookAgainAt = outcome.kind === "missing" ? outcome.lookAgainAt : undefined;
    expect(lookAgainAt).toBe(is === "once" ? since + secondLookMs : undefined);
  });

  it("was delivered here where this very reader brought it", () => {
    const reading = { ...good(0), ...failing("notFound", { gone: true, since: looks.second }) };
    expect(of(reading, { delivered: "never" })).toMatchObject({ gone: "confirmed" });
  });
});

it("promises the interval × 1.1 and 5 s", () => {
  expect(freshnessPromise(60_000)).toBeCloseTo(71_000);
});
