import { describe, expect, it } from "@jest/globals";
import type { ValueRef } from "../api/source.ts";
import { createFakePlane } from "./fakes/fake-plane.ts";
import { awsError } from "./fakes/fake-service-calls.ts";
import type { Reading } from "./reader.ts";
import { refKey } from "./refs/ref-key.ts";

const parameter = (name: string): ValueRef => ({ kind: "parameter", name });
const secret = (secretId: string): ValueRef => ({ kind: "secret", secretId });

function contentOf(readings: ReadonlyMap<string, Reading>, ref: ValueRef): unknown {
  return readings.get(refKey(ref))?.good?.values[0]?.content;
}

describe("sharing", () => {
  it("reads one ref that a thousand ask for once", async () => {
    const { reader, calls, clock } = createFakePlane();
    calls.putParameter("/shared", "x");
    const options = { notBefore: clock.now(), content: true, priority: "interactive", store: "s" } as const;
    const all = Array.from({ length: 1000 }, () => reader.read([parameter("/shared")], options));
    await clock.advance(50);
    const readings = await Promise.all(all);
    expect(readings.every((reading) => contentOf(reading, parameter("/shared")) === "x")).toBe(true);
    expect(calls.count()).toBe(1);
  });

  it("joins a request in flight only if it began late enough", async () => {
    const { reader, calls, clock } = createFakePlane();
    calls.putParameter("/a", "old");
    const { promise, resolve } = Promise.withResolvers<void>();
    calls.latency = () => promise;
    const ask = (notBefore: number) =>
      reader.read([parameter("/a")], { notBefore, content: true, priority: "interactive", store: "s" });
    const first = ask(clock.now());
    await clock.advance(20);
    expect(calls.count()).toBe(1);
    const joins = ask(clock.now() - 20);
    const asksAgain = ask(clock.now());
    await clock.advance(20);
    expect(calls.count()).toBe(2);
    resolve();
    await Promise.all([first, joins, asksAgain]);
    expect(calls.count()).toBe(2);
  });

  it("answers from memory what is fresh enough, and asks again for what is not", async () => {
    const { read, calls, clock } = createFakePlane();
    calls.putParameter("/a", "x");
    const before = clock.now();
    await read([parameter("/a")]);
    await read([parameter("/a")], { notBefore: before });
    expect(calls.count()).toBe(1);
    await read([parameter("/a")], { notBefore: clock.now() });
    expect(calls.count()).toBe(2);
  });

  it("gives the same reader for the same id and region, and never shares between two", async () => {
    const { plane, reader, calls, clock, read } = createFakePlane();
    const limits = { parameterReads: 1, parameterDescribes: 1, secretBatches: 1, secretReads: 1, secretLists: 1 };
    expect(plane.reader({ id: "operator", region: "eu-west-1", calls, limits })).toBe(reader);
    const other = plane.reader({ id: "other", region: "eu-west-1", calls, limits });
    calls.putParameter("/a", "x");
    await read([parameter("/a")]);
    expect(other.peek(parameter("/a"))).toBeUndefined();
    const reading = other.read([parameter("/a")], {
      notBefore: 0,
      content: true,
      priority: "interactive",
      store: "s",
    });
    await clock.advance(50);
    await reading;
    expect(calls.count()).toBe(2);
  });
});

describe("batching", () => {
  it("reads a hundred parameters and forty secrets in ten and two calls", async () => {
    const { read, calls } = createFakePlane();
    const refs: ValueRef[] = [];
    for (let index = 0; index < 100; index += 1) {
      calls.putParameter(`/p/${index}`, `p${index}`);
      refs.push(parameter(`/p/${index}`));
    }
    for (let index = 0; index < 40; index += 1) {
      calls.putSecret(`s/${index}`, `s${index}`);
      refs.push(secret(`s/${index}`));
    }
    const readings = await read(refs);
    expect(calls.count("getParameters")).toBe(10);
    expect(calls.count("batchGetSecretValue")).toBe(2);
    expect(calls.count()).toBe(12);
    expect(refs.map((ref) => contentOf(readings, ref))).toEqual([
      ...Array.from({ length: 100 }, (_, index) => `p${index}`),
      ...Array.from({ length: 40 }, (_, index) => `s${index}`),
    ]);
  });

  it("keeps the secrets of a start together while its parameters stand in line for the quota", async () => {
    const { reader, calls, clock } = createFakePlane();
    const standing: (() => void)[] = [];
    calls.admit = (operation) =>
      operation === "getParameters"
        ? new Promise((resolve) => void standing.push(() => resolve(undefined)))
        : Promise.resolve(undefined);
    const reads: Promise<unknown>[] = [];
    for (let index = 0; index < 8; index += 1) {
      calls.putParameter(`/p/${index}`, "x");
      calls.putSecret(`s/${index}`, "y");
      const refs = [{ kind: "parameter", name: `/p/${index}` } as const, secret(`s/${index}`)];
      reads.push(reader.read(refs, { notBefore: 0, content: true, priority: "refresh", store: "s" }));
      // Longer than a refresh waits for company otherwise.
      await clock.advance(150);
    }
    expect(calls.count()).toBe(0);
    for (const go of standing) go();
    await clock.advance(200);
    await Promise.all(reads);
    expect([calls.count("getParameters"), calls.count("batchGetSecretValue"), calls.count()]).toEqual([1, 1, 2]);
  });

  it("asks a name, a partial ARN and a full ARN in calls of their own, and answers each", async () => {
    const { read, calls } = createFakePlane();
    calls.putSecret("prod/db", "x");
    calls.putSecret("prod/other", "y");
    const full = calls.secrets.get("prod/db")?.arn ?? "";
    const refs = [secret("prod/db"), secret(full), secret(full.slice(0, -7)), secret("prod/other")];
    const readings = await read(refs);
    expect(refs.map((ref) => contentOf(readings, ref))).toEqual(["x", "x", "x", "y"]);
    for (const { items } of calls.log) {
      expect(items.filter((id) => id.includes("prod/db")).length).toBeLessThanOrEqual(1);
    }
  });

  it("never puts two selectors of one name into a call", async () => {
    const { read, calls } = createFakePlane();
    calls.putParameter("/a", "one");
    calls.putParameter("/a", "two", { labels: { stable: 1 } });
    const refs: ValueRef[] = [
      parameter("/a"),
      { kind: "parameter", name: "/a", selector: { version: 1 } },
      { kind: "parameter", name: "/a", selector: { label: "stable" } },
    ];
    const readings = await read(refs);
    expect(refs.map((ref) => contentOf(readings, ref))).toEqual(["two", "two at 1", "two at 1"]);
    expect(calls.log.map(({ items }) => items.length)).toEqual([1, 1, 1]);
  });

  it("keeps the failure of one ref from the others", async () => {
    const { read, calls } = createFakePlane();
    calls.putParameter("/a", "x");
    calls.putSecret("s", "y");
    calls.putSecret("doomed", "z", { deletedDate: 1 });
    const readings = await read([parameter("/a"), parameter("/none"), secret("s"), secret("none"), secret("doomed")]);
    expect(contentOf(readings, parameter("/a"))).toBe("x");
    expect(contentOf(readings, secret("s"))).toBe("y");
    for (const ref of [parameter("/none"), secret("none"), secret("doomed")]) {
      expect(readings.get(refKey(ref))?.failure?.error).toMatchObject({ kind: "notFound", gone: true });
    }
  });

  it("says NoAnswer of an id that the answer does not speak of", async () => {
    const { read, calls } = createFakePlane();
    calls.putSecret("a", "x");
    calls.batchGetSecretValue = () => Promise.resolve({ found: [], errors: [] });
    const readings = await read([secret("a"), secret("b")]);
    for (const ref of [secret("a"), secret("b")]) {
      expect(readings.get(refKey(ref))?.failure?.error).toMatchObject({ kind: "invalid", code: "NoAnswer" });
    }
  });
});

describe("a batch that fails as a whole", () => {
  it("finds one poison name among ten and reads the nine", async () => {
    const { read, calls } = createFakePlane();
    const refs = Array.from({ length: 10 }, (_, index) => parameter(`/p/${index}`));
    for (let index = 0; index < 10; index += 1) {
      calls.putParameter(`/p/${index}`, `p${index}`);
    }
    calls.fault = ({ items }) => {
      if (items.includes("/p/6")) {
        throw awsError("denied");
      }
    };
    const readings = await read(refs);
    expect(refs.map((ref) => contentOf(readings, ref))).toEqual([
      ...["p0", "p1", "p2", "p3", "p4", "p5"],
      undefined,
      ...["p7", "p8", "p9"],
    ]);
    expect(readings.get(refKey(parameter("/p/6")))?.failure?.error.kind).toBe("denied");
    calls.log.length = 0;
    await read(refs);
    expect(calls.log.map(({ items }) => items.length).sort()).toEqual([1, 9]);
  });

  it("reads singly without the batch permission, and remembers", async () => {
    const { read, calls, clock } = createFakePlane();
    const refs = Array.from({ length: 40 }, (_, index) => secret(`s/${index}`));
    for (let index = 0; index < 40; index += 1) {
      calls.putSecret(`s/${index}`, `s${index}`);
    }
    calls.fault = ({ operation }) => {
      if (operation === "batchGetSecretValue") {
        throw awsError("denied", "not authorized to perform: secretsmanager:BatchGetSecretValue");
      }
    };
    const readings = await read(refs);
    expect(refs.every((ref, index) => contentOf(readings, ref) === `s${index}`)).toBe(true);
    calls.log.length = 0;
    await read(refs);
    expect(calls.count("batchGetSecretValue")).toBe(0);
    expect(calls.count("getSecretValue")).toBe(40);
    await clock.advance(3_600_000);
    calls.fault = () => {};
    calls.log.length = 0;
    await read(refs);
    expect(calls.count("batchGetSecretValue")).toBe(2);
    expect(calls.count("getSecretValue")).toBe(0);
  });

  it("takes the service's word that it is the batch that is denied, even where a secret is denied too", async () => {
    const { read, calls } = createFakePlane();
    const refs = ["a", "b", "c"].map(secret);
    for (const name of ["a", "b", "c"]) {
      calls.putSecret(name, name);
    }
    calls.fault = ({ operation, items }) => {
      if (operation === "batchGetSecretValue") {
        throw awsError("denied", "not authorized to perform: secretsmanager:BatchGetSecretValue on resource: *");
      }
      if (items.includes("b")) {
        throw awsError("denied");
      }
    };
    const readings = await read(refs);
    expect(refs.map((ref) => contentOf(readings, ref))).toEqual(["a", undefined, "c"]);
    calls.log.length = 0;
    await read(refs);
    expect(calls.count("batchGetSecretValue")).toBe(0);
    expect(calls.count("getSecretValue")).toBe(3);
  });

  it("tells a denied secret from a denied batch where the service does not say which", async () => {
    const { read, calls } = createFakePlane();
    const refs = ["a", "b", "c"].map(secret);
    for (const name of ["a", "b", "c"]) {
      calls.putSecret(name, name);
    }
    calls.fault = ({ items }) => {
      if (items.includes("b")) {
        throw awsError("denied");
      }
    };
    await read(refs);
    calls.log.length = 0;
    await read(refs);
    expect(calls.log.map(({ operation, items }) => [operation, items]).sort()).toEqual([
      ["batchGetSecretValue", ["a", "c"]],
      ["getSecretValue", ["b"]],
    ]);
  });
});
