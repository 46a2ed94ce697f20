import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { awsError } from "../fakes/fake-service-calls.ts";
import { createSuspicion, readIsolating } from "./isolate.ts";
import { type Ask, good, type Outcomes } from "./outcome.ts";

const asksOf = (count: number): Ask[] =>
  Array.from({ length: count }, (_, index) => ({ key: `k${index}`, ref: { kind: "parameter", name: `/p/${index}` } }));

/** A service that fails whole for any of these names, and says which one only where it is asked to. */
function createService(poison: ReadonlySet<string>, names: "names the name" | "silent" = "silent") {
  const calls: number[] = [];
  return {
    calls,
    read(asks: readonly Ask[]): Promise<Outcomes> {
      calls.push(asks.length);
      const guilty = asks.find(({ key }) => poison.has(key));
      if (guilty === undefined) {
        const value = {
          service: "parameterStore",
          name: "",
          arn: "",
          type: "String",
          version: "",
          versionKey: "",
        } as const;
        return Promise.resolve(new Map(asks.map(({ key }) => [key, good({ ...value, content: key })])));
      }
      const where = names === "silent" ? "something" : `arn:aws:ssm:eu-west-1:1:parameter/${idOf(guilty)}`;
      return Promise.reject(awsError("denied", `not authorized on resource: ${where} because of a policy`));
    },
  };
}

const idOf = (ask: Ask): string => (ask.ref.kind === "parameter" ? ask.ref.name.slice(1) : "");

const isolation = (service: ReturnType<typeof createService>, suspicion = createSuspicion()) => ({
  operation: "GetParameters",
  read: service.read,
  idOf,
  suspicion,
});

describe("readIsolating", () => {
  it("finds exactly the guilty, and an answer for everybody else", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 20 }), fc.array(fc.nat(19)), async (count, guilty) => {
        const poison = new Set(guilty.filter((index) => index < count).map((index) => `k${index}`));
        const { outcomes, culprits } = await readIsolating(asksOf(count), isolation(createService(poison)));
        expect(culprits).toEqual(poison);
        expect([...outcomes].map(([key, { ok }]) => ok === !poison.has(key))).toEqual(Array(count).fill(true));
      }),
    );
  });

  test.each([
    { names: "silent", most: 9 },
    { names: "names the name", most: 3 },
  ] as const)("finds one in ten with at most $most calls when the service is $names", async ({ names, most }) => {
    for (let index = 0; index < 10; index += 1) {
      const service = createService(new Set([`k${index}`]), names);
      await readIsolating(asksOf(10), isolation(service));
      expect(service.calls.length).toBeLessThanOrEqual(most);
    }
  });

  it("is not misled by a name that is the beginning of another", async () => {
    const service = createService(new Set(["k10"]), "names the name");
    const { culprits } = await readIsolating(asksOf(20), isolation(service));
    expect(culprits).toEqual(new Set(["k10"]));
    expect(service.calls).toEqual([20, 1, 19]);
  });

  test.each(["throttled", "unavailable", "credentials", "expired"] as const)(
    "leaves a batch that is %s as it is",
    async (kind) => {
      let calls = 0;
      const read = (): Promise<Outcomes> => {
        calls += 1;
        return Promise.reject(awsError(kind));
      };
      const { outcomes, culprits } = await readIsolating(asksOf(10), {
        operation: "GetParameters",
        read,
        idOf,
        suspicion: createSuspicion(),
      });
      expect([calls, culprits.size, outcomes.size]).toEqual([1, 0, 10]);
    },
  );

  it("stops taking batches apart where three in a row were guilty to the last name, until one succeeds", async () => {
    const suspicion = createSuspicion();
    const all = new Set(asksOf(10).map(({ key }) => key));
    const service = createService(all);
    // The third tells that it is nobody's own fault.
    for (const culprits of [10, 10, 0]) {
      expect((await readIsolating(asksOf(10), isolation(service, suspicion))).culprits.size).toBe(culprits);
    }
    service.calls.length = 0;
    const whole = await readIsolating(asksOf(10), isolation(service, suspicion));
    expect([service.calls.length, whole.culprits.size, whole.outcomes.size]).toEqual([1, 0, 10]);
    await readIsolating(asksOf(10), isolation(createService(new Set()), suspicion));
    expect((await readIsolating(asksOf(10), isolation(service, suspicion))).culprits.size).toBe(10);
  });

  it("turns what is no AwsError into one, without its message, which may quote a value", async () => {
    const read = (): Promise<Outcomes> => Promise.reject(new TypeError("cannot parse hunter2"));
    const { outcomes } = await readIsolating(asksOf(1), {
      operation: "GetParameters",
      read,
      idOf,
      suspicion: createSuspicion(),
    });
    const outcome = outcomes.get("k0");
    expect(outcome?.ok === false && outcome.error.kind).toBe("unavailable");
    expect(JSON.stringify(outcome)).not.toContain("hunter2");
  });
});
