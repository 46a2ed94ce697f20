import { describe, expect, it } from "@jest/globals";
import type { Permit, Priority } from "../calls.ts";
import { createFakeClock, settled } from "../fakes/fake-clock.ts";
import type { Ask } from "./outcome.ts";
import { createWindow } from "./window.ts";

const ask = (name: string): Ask => ({ key: name, ref: { kind: "parameter", name } });

function setUp(line?: (priority: Priority) => Promise<Permit | undefined>, othersInLine?: () => boolean) {
  const clock = createFakeClock(0);
  const sent: { readonly at: number; readonly names: readonly string[] }[] = [];
  let tickets = 0;
  const window = createWindow<Ask, number>({
    clock,
    capacity: 3,
    patience: { interactive: { idleMs: 5, maxMs: 50 }, refresh: { idleMs: 100, maxMs: 1000 } },
    open: () => {
      tickets += 1;
      return tickets;
    },
    ...(othersInLine === undefined ? {} : { othersInLine }),
    ...(line === undefined ? {} : { admit: (_ticket, priority) => line(priority) }),
    send: (asks) => void sent.push({ at: clock.now(), names: asks.map(({ key }) => key) }),
  });
  const addAs = (priority: Priority, ...names: string[]): number[] =>
    names.map((name) => window.add(ask(name), priority, () => {}));
  const add = (...names: string[]): number[] => addAs("interactive", ...names);
  return { clock, sent, window, add, addAs };
}

/** A line for the quota that moves when the test says so. */
function lineOf() {
  const standing: { readonly priority: Priority; readonly let: (permit: Permit) => void }[] = [];
  const givenBack: Priority[] = [];
  return {
    standing,
    givenBack,
    line: (priority: Priority) =>
      new Promise<Permit | undefined>((resolve) => void standing.push({ priority, let: resolve })),
    async next(priority: Priority) {
      const index = standing.findIndex((each) => each.priority === priority);
      const [first] = standing.splice(index, 1);
      first?.let({ use: () => 0, giveBack: () => void givenBack.push(priority) });
      await settled();
    },
  };
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

describe("window before a line for the quota", () => {
  it("goes on filling a batch until it is let go", async () => {
    const { standing, line, next } = lineOf();
    const { clock, sent, add } = setUp(line);
    add("a");
    await clock.advance(20);
    expect([standing.length, sent.length]).toEqual([1, 0]);
    add("b", "c", "d");
    await clock.advance(20);
    await next("interactive");
    expect(sent.map(({ names }) => names)).toEqual([["a", "b", "c"]]);
    await next("interactive");
    expect(sent[1]?.names).toEqual(["d"]);
  });

  it("keeps a refresh longer for company than what people wait for", async () => {
    const { clock, sent, addAs } = setUp();
    addAs("refresh", "a");
    await clock.advance(60);
    expect(sent).toEqual([]);
    addAs("interactive", "b");
    await clock.advance(5);
    expect(sent).toEqual([{ at: 60, names: ["a", "b"] }]);
  });

  it("lets nobody in a hurry get on behind those in the slower line", async () => {
    const { standing, line, next } = lineOf();
    const { clock, sent, addAs } = setUp(line);
    addAs("refresh", "a");
    await clock.advance(100);
    addAs("interactive", "b");
    await clock.advance(5);
    expect(standing.map(({ priority }) => priority)).toEqual(["refresh", "interactive"]);
    await next("interactive");
    expect(sent.map(({ names }) => names)).toEqual([["b"]]);
  });

  it("moves a batch to the faster line when somebody in a hurry waits for it, and gives the other permit back", async () => {
    const { standing, givenBack, line, next } = lineOf();
    const { clock, sent, window, addAs } = setUp(line);
    const [ticket = 0] = addAs("refresh", "a");
    await clock.advance(100);
    window.hurry(ticket);
    expect(standing.map(({ priority }) => priority)).toEqual(["refresh", "interactive"]);
    await next("interactive");
    expect(sent.length).toBe(1);
    await next("refresh");
    expect([sent.length, givenBack]).toEqual([1, ["refresh"]]);
  });

  it("sends without the line when it is flushed", async () => {
    const { line, next, givenBack } = lineOf();
    const { clock, sent, window, add } = setUp(line);
    add("a", "b", "c", "d");
    await clock.advance(10);
    window.flush();
    expect(sent.map(({ names }) => names)).toEqual([["a", "b", "c"], ["d"]]);
    await next("interactive");
    expect(givenBack).toEqual(["interactive"]);
  });
});

describe("window while others of the reader stand in line for another quota", () => {
  it("keeps a refresh for company until they have gone, or it is full", async () => {
    let inLine = true;
    const { clock, sent, addAs } = setUp(undefined, () => inLine);
    addAs("refresh", "a");
    await clock.advance(1500);
    addAs("refresh", "b");
    await clock.advance(1000);
    expect(sent).toEqual([]);
    inLine = false;
    await clock.advance(100);
    expect(sent.map(({ names }) => names)).toEqual([["a", "b"]]);
    inLine = true;
    addAs("refresh", "c", "d", "e");
    expect(sent.map(({ names }) => names)).toEqual([
      ["a", "b"],
      ["c", "d", "e"],
    ]);
  });

  it("keeps nobody longer than five seconds, and nobody in a hurry at all", async () => {
    const { clock, sent, addAs } = setUp(undefined, () => true);
    addAs("refresh", "a");
    await clock.advance(4900);
    expect(sent).toEqual([]);
    await clock.advance(200);
    expect(sent).toEqual([{ at: 5000, names: ["a"] }]);
    addAs("interactive", "b");
    await clock.advance(5);
    expect(sent[1]).toEqual({ at: 5105, names: ["b"] });
    addAs("refresh", "c");
    await clock.advance(1000);
    addAs("interactive", "d");
    await clock.advance(5);
    expect(sent[2]).toEqual({ at: 6105, names: ["c", "d"] });
  });

  it("tells whether some batch stands in line itself", async () => {
    const { line, next } = lineOf();
    const { clock, window, addAs } = setUp(line);
    expect(window.isInLine).toBe(false);
    addAs("refresh", "a");
    expect(window.isInLine).toBe(false);
    await clock.advance(100);
    expect(window.isInLine).toBe(true);
    await next("refresh");
    expect(window.isInLine).toBe(false);
  });
});
