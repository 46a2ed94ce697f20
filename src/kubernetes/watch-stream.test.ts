import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createTurns } from "../event-loop/turns.ts";
import { WatchBroken, type WatchEvent } from "./client.ts";
import { createLineSplitter } from "./lines.ts";
import { createFakeClock } from "./testing/fake-clock.ts";
import { readWatch } from "./watch-stream.ts";

const event = (type: string, name = "a") => `${JSON.stringify({ type, object: { metadata: { name } } })}\n`;

function watch(habit = { expected: true }) {
  const stream = new PassThrough();
  const clock = createFakeClock();
  const turns = createTurns(clock);
  const events: WatchEvent[] = [];
  const ended = (async () => {
    try {
      for await (const one of readWatch(stream as unknown as IncomingMessage, {
        clock,
        silenceMs: 320_000,
        habit,
        turns,
      }))
        events.push(one);
      return "closed";
    } catch (error) {
      return error instanceof WatchBroken ? error.how : `not a WatchBroken: ${String(error)}`;
    }
  })();
  return { stream, clock, events, ended };
}

describe("a watch stream", () => {
  it.each([
    { name: "closed in good order", written: event("ADDED") + event("DELETED"), ended: "closed", events: 2 },
    { name: "cut within a line", written: event("ADDED") + event("ADDED").slice(0, 20), ended: "cut", events: 1 },
    { name: "no JSON", written: `${event("ADDED")}nonsense hunter2\n`, ended: "garbled", events: 1 },
    { name: "no event", written: '{"kind":"Status"}\n', ended: "garbled", events: 0 },
    { name: "an event without an object", written: '{"type":"ADDED"}\n', ended: "garbled", events: 0 },
    { name: "an unknown type", written: event("EXPLODED"), ended: "garbled", events: 0 },
    { name: "an ERROR", written: event("ERROR"), ended: "closed", events: 1 },
    { name: "empty lines", written: `\n\r\n${event("ADDED")}`, ended: "closed", events: 1 },
  ])("$name", async ({ written, ended, events }) => {
    const reading = watch();
    reading.stream.end(written);
    expect(await reading.ended).toBe(ended);
    expect(reading.events).toHaveLength(events);
  });

  it("is broken by silence beyond its timeout, counted from the last sign of life", async () => {
    const { stream, clock, ended, events } = watch({ expected: false });
    await clock.advance(310_000);
    stream.write(event("ADDED"));
    await clock.advance(319_000);
    expect([stream.destroyed, events.length]).toEqual([false, 1]);
    await clock.advance(1_000);
    expect(await ended).toBe("silent");
  });

  it("is broken by silence from its very beginning, where bookmarks can be counted on", async () => {
    const habit = { expected: true };
    const first = watch(habit);
    await first.clock.advance(149_000);
    expect(first.stream.destroyed).toBe(false);
    await first.clock.advance(1_000);
    expect(await first.ended).toBe("silent");
    // Nobody knows whether the server is silent or the connection: the next one gets its time.
    const second = watch(habit);
    await second.clock.advance(319_000);
    expect(second.stream.destroyed).toBe(false);
    second.stream.write(event("BOOKMARK"));
    await second.clock.advance(0);
    second.stream.end();
    expect(await second.ended).toBe("closed");
    const third = watch(habit);
    await third.clock.advance(150_000);
    expect(await third.ended).toBe("silent");
  });

  it("expects bookmarks about every minute, once there has been one", async () => {
    const habit = { expected: false };
    const { stream, clock, ended } = watch(habit);
    stream.write(event("BOOKMARK"));
    await clock.advance(149_000);
    expect(stream.destroyed).toBe(false);
    await clock.advance(1_000);
    expect(await ended).toBe("silent");
    expect(habit.expected).toBe(true);
  });

  it("is cut by a reset", async () => {
    const { stream, ended } = watch();
    stream.write(event("ADDED"));
    stream.destroy(new Error("ECONNRESET"));
    expect(await ended).toBe("cut");
  });
});

describe("lines", () => {
  it("come out as they went in, however the bytes are cut", () => {
    const text = fc.array(
      fc.string({ unit: "grapheme" }).map((line) => line.replaceAll("\n", "")),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 12 }), { minLength: 1 }), (lines, sizes) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join(""));
        const splitter = createLineSplitter(1_000);
        const found: string[] = [];
        for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
          const size = Math.max(1, sizes[turn % sizes.length] ?? 1);
          found.push(...splitter.push(bytes.subarray(at, at + size)));
          at += size;
        }
        expect(found).toEqual(lines);
        expect(splitter.unfinished).toBe(0);
      }),
    );
  });

  it("hold no more than the limit of an unfinished line", () => {
    const splitter = createLineSplitter(10);
    expect(splitter.push(Buffer.from(`${"x".repeat(50)}\n0123456789`))).toHaveLength(1);
    expect(() => splitter.push(Buffer.from("!"))).toThrow(RangeError);
  });
});
