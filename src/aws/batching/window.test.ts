import { describe, expect, it } from "@jest/globals";
import { createFakeClock } from "../fakes/fake-clock.ts";
import type { Ask } from "./outcome.ts";
import { createWindow } from "./window.ts";

const ask = (name: string): Ask => ({ key: name, ref: { kind: "parameter", name } });

function setUp() {
  const clock = createFakeClock(0);
  const sent: { readonly at: number; readonly names: readonly string[] }[] = [];
  let tickets = 0;
  const window = createWindow<Ask, number>({
    clock,
    capacity: 3,
    idleMs: 5,
    maxMs: 50,
    open: () => {
      tickets += 1;
      return tickets;
    },
    send: (asks) => void sent.push({ at: clock.now(), names: asks.map(({ key }) => key) }),
  });
  const add = (...names: string[]): number[] => names.map((name) => window.add(ask(name), () => {}));
  return { clock, sent, window, add };
}

describe("window", () => {
  it("sends when nobody came for the idle time", async () => {
    const { clock, sent, add } = setUp();
    add("a");
    await clock.advance(4);
    add("b");
    await clock.advance(4);
    expect(sent).toEqual([]);
    await clock.advance(1);
    expect(sent).toEqual([{ at: 9, names: ["a", "b"] }]);
  });

  it("sends a full batch at once, and lets the rest wait", async () => {
    const { clock, sent, add } = setUp();
    expect(add("a", "b", "c", "d")).toEqual([1, 1, 1, 2]);
    expect(sent).toEqual([{ at: 0, names: ["a", "b", "c"] }]);
    await clock.advance(5);
    expect(sent[1]).toEqual({ at: 5, names: ["d"] });
  });

  it("keeps nobody longer than the maximum, however many come", async () => {
    const { clock, sent, add } = setUp();
    for (let at = 0; at < 60; at += 4) {
      // The same two again and again: never idle, never full.
      add("a", "b");
      await clock.advance(4);
    }
    expect(sent[0]?.at).toBe(50);
  });

  it("asks one ref once, and two ids of one object apart", async () => {
    const { clock, sent, add } = setUp();
    add("/a", "/a", "arn:aws:ssm:eu-west-1:123456789012:parameter/a");
    await clock.advance(5);
    expect(sent.map(({ names }) => names.length)).toEqual([1, 1]);
  });

  it("is not held up by a clock that is set back", async () => {
    const { clock, sent, add } = setUp();
    add("a");
    clock.jump(-3_600_000);
    add("b");
    await clock.advance(5);
    expect(sent.length).toBe(1);
  });

  it("leaves no timer behind", async () => {
    const { clock, sent, add, window } = setUp();
    add("a");
    window.flush();
    expect([sent.length, clock.timers]).toEqual([1, 0]);
  });
});
