import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { ValueRef } from "../api/source.ts";
import { createFakePlane, type FakePlane, seeded } from "./fakes/fake-plane.ts";
import { awsError } from "./fakes/fake-service-calls.ts";
import { refKey } from "./refs/ref-key.ts";

// The promise of api.md, "Freshness": a change in AWS is known at most interval × 1.1 + 5 s later, whatever comes and goes.

const intervals = [5000, 30_000, 60_000, 300_000] as const;
const names = Array.from({ length: 40 }, (_, index) => index);
const isPoison = (name: string): boolean => name === "/p/13";

function refOf(index: number): ValueRef {
  return index % 4 === 3 ? { kind: "secret", secretId: `s/${index}` } : { kind: "parameter", name: `/p/${index}` };
}

type Step =
  | { readonly kind: "change"; readonly index: number }
  | { readonly kind: "subscribe"; readonly subscriber: number; readonly from: number; readonly interval: number }
  | { readonly kind: "unsubscribe"; readonly subscriber: number }
  | { readonly kind: "wait"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant("change" as const), index: fc.nat(names.length - 1) }),
  fc.record({
    kind: fc.constant("subscribe" as const),
    subscriber: fc.nat(5),
    from: fc.nat(names.length - 1),
    interval: fc.nat(intervals.length - 1),
  }),
  fc.record({ kind: fc.constant("unsubscribe" as const), subscriber: fc.nat(5) }),
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 0, max: 400_000 }) }),
);

/** An account, and a book of what every subscriber must know by when. */
function createWorld(seed: number) {
  const fake: FakePlane = createFakePlane({ random: seeded(seed) });
  const truth = new Map<string, { content: string; since: number }>();
  const subscribed = new Map<
    number,
    { readonly indices: readonly number[]; readonly ms: number; readonly at: number }
  >();
  let made = 0;

  const change = (index: number): void => {
    made += 1;
    const content = `v${made}`;
    const ref = refOf(index);
    truth.set(refKey(ref), { content, since: fake.clock.now() });
    if (ref.kind === "parameter") {
      fake.calls.putParameter(ref.name, content);
    } else {
      fake.calls.putSecret(`s/${index}`, content);
    }
  };
  names.forEach(change);

  const mustKnow = (index: number): number => {
    const known = [...subscribed.values()].filter(({ indices }) => indices.includes(index));
    const { since } = truth.get(refKey(refOf(index))) ?? { since: 0 };
    return Math.min(Infinity, ...known.map(({ ms, at }) => Math.max(since, at) + ms * 1.1 + 5000));
  };
  const actions = {
    change: async ({ index }: Step & { kind: "change" }) => change(index),
    async subscribe({ subscriber, from, interval }: Step & { kind: "subscribe" }) {
      const indices = names.slice(from, from + 15);
      const ms = intervals[interval] ?? 60_000;
      const wants = indices.map((index) => ({ reader: fake.reader, ref: refOf(index), intervalMs: ms, store: "s" }));
      fake.plane.subscribe(String(subscriber), wants);
      // As the controller does: what is fresh enough is not read again.
      await fake.read(indices.map(refOf), { notBefore: fake.clock.now() - ms, subscriber: String(subscriber) });
      subscribed.set(subscriber, { indices, ms, at: fake.clock.now() });
    },
    async unsubscribe({ subscriber }: Step & { kind: "unsubscribe" }) {
      subscribed.delete(subscriber);
      fake.plane.unsubscribe(String(subscriber));
    },
    wait: ({ ms }: Step & { kind: "wait" }) => fake.clock.advance(ms),
  };
  return {
    fake,
    take: (next: Step): Promise<void> => (actions[next.kind] as (step: Step) => Promise<void>)(next),
    /** Refs that somebody must know by now in their newest version, and does not. */
    stale: () =>
      names.filter((index) => {
        const ref = refOf(index);
        const overdue = fake.clock.now() > mustKnow(index) && !isPoison(refKey(ref).includes("/p/13") ? "/p/13" : "");
        return overdue && fake.reader.peek(ref)?.good?.values[0]?.content !== truth.get(refKey(ref))?.content;
      }),
  };
}

describe("freshness", () => {
  it.each([
    { name: "without faults", fault: () => {} },
    {
      name: "with a name that makes every batch fail",
      fault: ({ items }: { readonly items: readonly string[] }) => {
        if (items.some(isPoison)) {
          throw awsError("denied");
        }
      },
    },
  ])(
    "is kept $name",
    async ({ fault }) => {
      await fc.assert(
        fc.asyncProperty(fc.nat(1e6), fc.array(step, { minLength: 5, maxLength: 30 }), async (seed, steps) => {
          const world = createWorld(seed);
          world.fake.calls.fault = fault;
          for (const next of steps) {
            await world.take(next);
            expect(world.stale()).toEqual([]);
          }
          await world.fake.clock.advance(300_000 * 1.1 + 5001);
          expect(world.stale()).toEqual([]);
          world.fake.plane.close();
        }),
        { numRuns: 30 },
      );
    },
    60_000,
  );
});
