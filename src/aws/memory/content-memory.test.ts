import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import type { ValueRef } from "../../api/source.ts";
import { createFakePlane } from "../fakes/fake-plane.ts";
import { refKey } from "../refs/ref-key.ts";
import { createContentMemory } from "./content-memory.ts";

const minute = 60_000;
const big = "x".repeat(65_536);
const secret = (index: number): ValueRef => ({ kind: "secret", secretId: `s/${index}` });

interface Step {
  readonly holder: number;
  readonly action: "hold" | "offer" | "touch" | "release";
  readonly bytes: number;
}

/** A memory of 100 bytes, and beside it a book of what each of six holders must have in it. */
function createModel() {
  const sizes = new Map<number, number>();
  const memory = createContentMemory<number>(100, (holder) => void sizes.delete(holder));
  const hold = (holder: number, bytes: number, makeRoom: boolean): void => {
    sizes.delete(holder);
    if (memory.hold(holder, bytes, makeRoom)) {
      sizes.set(holder, bytes);
    }
  };
  const actions: Record<Step["action"], (holder: number, bytes: number) => void> = {
    hold: (holder, bytes) => hold(holder, bytes, true),
    offer: (holder, bytes) => hold(holder, bytes, false),
    touch: (holder) => memory.touch(holder),
    release(holder) {
      memory.release(holder);
      sizes.delete(holder);
    },
  };
  return {
    memory,
    held: () => [...sizes.values()].reduce((sum, size) => sum + size, 0),
    apply: ({ holder, action, bytes }: Step) => actions[action](holder, bytes),
  };
}

describe("content memory", () => {
  it("never holds more than its bound, and counts what it holds", () => {
    const step = fc.record({
      holder: fc.integer({ min: 0, max: 5 }),
      action: fc.constantFrom<Step["action"][]>("hold", "offer", "touch", "release"),
      bytes: fc.integer({ min: 0, max: 120 }),
    });
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const model = createModel();
        for (const each of steps) {
          model.apply(each);
          expect(model.memory.bytes).toBe(model.held());
          expect(model.held()).toBeLessThanOrEqual(100);
        }
      }),
    );
  });

  it("drops first what nobody looked at for longest", () => {
    const dropped: string[] = [];
    const memory = createContentMemory<string>(100, (holder) => void dropped.push(holder));
    memory.hold("a", 40, true);
    memory.hold("b", 40, true);
    memory.touch("a");
    memory.hold("c", 40, true);
    expect(dropped).toEqual(["b"]);
  });

  it("leaves everyone in place while it is half empty, however often the same comes again", () => {
    const dropped: string[] = [];
    const memory = createContentMemory<string>(100, (holder) => void dropped.push(holder));
    memory.hold("a", 20, true);
    memory.hold("b", 20, true);
    memory.hold("a", 20, true);
    expect(memory.bytes).toBe(40);
    memory.hold("c", 80, true);
    expect(dropped).toEqual(["a"]);
  });

  it("does not make room for what only a poll brought", () => {
    const memory = createContentMemory<string>(100, () => expect(true).toBe(false));
    memory.hold("held", 90, true);
    expect(memory.hold("polled", 20, false)).toBe(false);
    expect(memory.bytes).toBe(90);
  });
});

describe("values beyond the bound", () => {
  it("are handed over by a read, kept as versions, and still tell of a change", async () => {
    const bytes: number[] = [];
    const fake = createFakePlane({
      cacheBytes: 10 * 65_700,
      metrics: { memoryHeld: (held) => void bytes.push(held) },
    });
    const refs = Array.from({ length: 100 }, (_, index) => secret(index));
    for (let index = 0; index < 100; index += 1) {
      fake.calls.putSecret(`s/${index}`, big);
    }
    fake.plane.subscribe(
      "r",
      refs.map((ref) => ({ reader: fake.reader, ref, intervalMs: minute, store: "s" })),
    );
    const readings = await fake.read(refs, { subscriber: "r" });
    expect(refs.every((ref) => readings.get(refKey(ref))?.good?.values[0]?.content === big)).toBe(true);
    expect(Math.max(...bytes)).toBeLessThanOrEqual(10 * 65_700);
    const held = refs.filter((ref) => fake.reader.peek(ref)?.good?.values[0]?.content !== undefined);
    expect(held.length).toBe(10);
    await fake.clock.advance(3 * minute);
    expect(fake.told).toEqual([]);
    // What is in use stays, whatever the polls bring.
    expect(held.every((ref) => fake.reader.peek(ref)?.good?.values[0]?.content === big)).toBe(true);
    fake.calls.putSecret("s/3", "new");
    await fake.clock.advance(1.1 * minute);
    expect(fake.told).toEqual([["r"]]);
    expect(fake.reader.peek(secret(3))?.good?.values[0]?.content).toBe("new");
  });

  it("are read again only by those who need the content", async () => {
    const fake = createFakePlane({ cacheBytes: 10 });
    fake.calls.putSecret("s/0", big);
    const notBefore = fake.clock.now();
    await fake.read([secret(0)]);
    await fake.read([secret(0)], { notBefore, content: false });
    expect(fake.calls.count()).toBe(1);
    const again = await fake.read([secret(0)], { notBefore, content: true });
    expect(fake.calls.count()).toBe(2);
    expect(again.get(refKey(secret(0)))?.good?.values[0]?.content).toBe(big);
  });

  it("leave the memory with their last subscriber", async () => {
    const bytes: number[] = [];
    const fake = createFakePlane({ metrics: { memoryHeld: (held) => void bytes.push(held) } });
    fake.calls.putSecret("s/0", big);
    fake.calls.putSecret("s/1", "small");
    fake.plane.subscribe("r", [{ reader: fake.reader, ref: secret(0), store: "s" }]);
    await fake.read([secret(0)], { subscriber: "r" });
    expect(bytes.at(-1)).toBeGreaterThan(65_536);
    fake.plane.unsubscribe("r");
    expect(fake.reader.peek(secret(0))).toBeUndefined();
    await fake.read([secret(1)]);
    expect(bytes.at(-1)).toBeLessThan(200);
  });

  it("lingers only for a moment when it was read by nobody who subscribes", async () => {
    const fake = createFakePlane();
    fake.calls.putSecret("s/0", "x");
    await fake.read([secret(0)]);
    expect(fake.reader.peek(secret(0))).toBeDefined();
    await fake.clock.advance(2 * minute);
    expect(fake.reader.peek(secret(0))).toBeUndefined();
    expect(fake.clock.timers).toBe(0);
  });
});
