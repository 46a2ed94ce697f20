import { beforeEach, describe, expect, it } from "@jest/globals";
import { type LogFields, silentLogger } from "../../telemetry/logger.ts";
import { ApiError } from "../client.ts";
import { createFakeClock, type FakeClock } from "../testing/fake-clock.ts";
import { createEventRecorder, type EventRecorder } from "./event-recorder.ts";
import type { Occurrence } from "./event-series.ts";
import { boundedNote } from "./event-text.ts";

let clock: FakeClock;
let recorder: EventRecorder;
/** What reached the API server. */
let written: string[];
/** Of the Events that were made. */
let times: string[];
/** What it answers with; undefined: it takes the write. Forever: it never answers. */
let refusals: (ApiError | "never" | undefined)[];
let made: number;
let logged: LogFields[];

beforeEach(() => {
  clock = createFakeClock();
  written = [];
  times = [];
  refusals = [];
  made = 0;
  logged = [];
  recorder = createEventRecorder({
    client: {
      create: async (_type, object) => {
        await answer(`create ${object.metadata.namespace}/${object.metadata.name}`);
        times.push((object as unknown as { eventTime: string }).eventTime);
        return {} as never;
      },
      mergePatch: (_type, ref, patch) =>
        answer(`${ref.name} x${(patch as { series: { count: number } }).series.count}`) as never,
    },
    logger: { ...silentLogger, warn: (fields) => void logged.push(fields) },
    clock,
    wallNow: () => 1_700_000_000_000 + clock.now(),
    instance: "pod",
    suffix: () => String(++made),
  });
});

async function answer(what: string): Promise<object> {
  const refusal = refusals.shift();
  if (refusal === "never") return new Promise(() => {});
  if (refusal) throw refusal;
  written.push(what);
  return {};
}

function occurrence(change: Partial<Occurrence> = {}): Occurrence {
  const regarding = {
    apiVersion: "externalvalues.dev/v1alpha1",
    kind: "ExternalValue",
    namespace: "shop",
    name: "a",
    uid: "u",
  };
  return { regarding, type: "Normal", reason: "Synced", action: "Sync", note: "7 keys", ...change };
}
const refusal = (status: number): ApiError => new ApiError({ status, reason: "x", message: "x" });

describe("the event recorder", () => {
  it("makes one Event for what happens once", async () => {
    recorder.record(occurrence());
    await clock.advance(120_000);
    expect(written).toEqual(["create shop/a.1"]);
  });

  it("tells when it happened, not when it could be written", async () => {
    refusals = [refusal(503)];
    recorder.record(occurrence());
    await clock.advance(10_000);
    expect(written).toEqual(["create shop/a.2"]);
    expect(times).toEqual(["2023-11-14T22:13:20.000000Z"]);
  });

  it("counts what happens again on the Event that is there, once a minute at most", async () => {
    for (let times = 0; times < 5; times += 1) recorder.record(occurrence());
    await clock.advance(59_000);
    expect(written).toEqual(["create shop/a.1"]);
    await clock.advance(1_000);
    expect(written).toEqual(["create shop/a.1", "a.1 x5"]);
    recorder.record(occurrence());
    await clock.advance(120_000);
    expect(written).toEqual(["create shop/a.1", "a.1 x5", "a.1 x6"]);
  });

  it.each<{ differs: string; change: Partial<Occurrence> }>([
    { differs: "note", change: { note: "8 keys" } },
    { differs: "reason", change: { reason: "AccessDenied" } },
    { differs: "type", change: { type: "Warning" } },
    { differs: "object", change: { regarding: { ...occurrence().regarding, uid: "other" } } },
  ])("makes another Event where the $differs is another", async ({ change }) => {
    recorder.record(occurrence());
    recorder.record(occurrence(change));
    await clock.advance(0);
    expect(written).toHaveLength(2);
  });

  it("makes another Event when the last one is long ago", async () => {
    recorder.record(occurrence());
    await clock.advance(600_001);
    recorder.record(occurrence());
    await clock.advance(0);
    expect(written).toEqual(["create shop/a.1", "create shop/a.2"]);
  });

  it("puts Events about cluster-scoped objects into the namespace default", async () => {
    const { namespace: _, ...regarding } = occurrence().regarding;
    recorder.record(occurrence({ regarding }));
    await clock.advance(0);
    expect(written).toEqual(["create default/a.1"]);
  });

  it("lets one object make 25 Events at once and then one in five minutes, and leaves others alone", async () => {
    for (let index = 0; index < 40; index += 1) recorder.record(occurrence({ note: `note ${index}` }));
    await clock.advance(0);
    expect(written).toHaveLength(25);
    await clock.advance(300_000);
    for (let index = 50; index < 55; index += 1) recorder.record(occurrence({ note: `note ${index}` }));
    recorder.record(occurrence({ regarding: { ...occurrence().regarding, uid: "other" } }));
    await clock.advance(0);
    expect(written).toHaveLength(27);
  });

  it.each([
    { reason: "an outage passes", answers: [refusal(0), refusal(503)], expected: ["create shop/a.1"] },
    { reason: "three attempts are enough", answers: [refusal(0), refusal(0), refusal(0)], expected: [] },
    { reason: "what is forbidden stays so", answers: [refusal(403)], expected: [] },
  ])("repeats what may heal: $reason", async ({ answers, expected }) => {
    refusals = answers;
    recorder.record(occurrence());
    await clock.advance(10_000);
    expect(written.map((what) => what.replace(/\d$/, "1"))).toEqual(expected);
    recorder.record(occurrence({ note: "the next one" }));
    await clock.advance(0);
    expect(written).toHaveLength(expected.length + 1);
  });

  describe("when more than a thousand wait", () => {
    const record = (type: Occurrence["type"], index: number) =>
      recorder.record(
        occurrence({ type, regarding: { ...occurrence().regarding, name: `${type}-${index}`, uid: `${index}` } }),
      );
    function overflow(): void {
      for (let index = 0; index <= 1_000; index += 1) record("Normal", index);
      for (let index = 1_001; index <= 1_003; index += 1) record("Warning", index);
      record("Normal", 1_004);
    }

    it("leaves out what is Normal rather than a Warning", async () => {
      overflow();
      await clock.advance(0);
      expect(written).toHaveLength(1_001);
      expect(written.filter((what) => what.includes("/Warning-"))).toHaveLength(3);
    });

    it("says so once, with their number", async () => {
      refusals = ["never"];
      overflow();
      await clock.advance(9_999);
      expect(logged).toEqual([]);
      await clock.advance(60_000);
      expect(logged).toEqual([{ leftOut: 4 }]);
    });

    it("says so at once when it stops", async () => {
      overflow();
      await recorder.stop();
      await clock.advance(60_000);
      expect(logged).toEqual([{ leftOut: 4 }]);
    });
  });

  it("makes the Event anew when it is gone", async () => {
    recorder.record(occurrence());
    await clock.advance(0);
    recorder.record(occurrence());
    refusals = [refusal(404)];
    await clock.advance(60_000);
    recorder.record(occurrence());
    await clock.advance(0);
    expect(written).toEqual(["create shop/a.1", "create shop/a.2"]);
  });

  it("writes what waits when it stops, but waits for two seconds at most", async () => {
    recorder.record(occurrence());
    await clock.advance(0);
    recorder.record(occurrence());
    await recorder.stop();
    expect(written).toEqual(["create shop/a.1", "a.1 x2"]);
    recorder.record(occurrence({ note: "too late" }));
    await clock.advance(0);
    expect(written).toHaveLength(2);
  });

  it("does not hang with the API server when it stops", async () => {
    refusals = ["never"];
    recorder.record(occurrence());
    let ended = false;
    const stopped = recorder.stop().then(() => {
      ended = true;
    });
    await clock.advance(1_999);
    expect(ended).toBe(false);
    await clock.advance(1);
    await stopped;
    expect(ended).toBe(true);
  });
});

describe("boundedNote", () => {
  it.each([
    { note: "short", bytes: 5 },
    { note: "x".repeat(1_024), bytes: 1_024 },
    { note: "x".repeat(1_025), bytes: 1_024 },
    { note: "ü".repeat(600), bytes: 1_023 },
    { note: "🔑".repeat(300), bytes: 1_023 },
  ])("keeps $bytes bytes", ({ note, bytes }) => {
    const bounded = boundedNote(note);
    expect(Buffer.byteLength(bounded)).toBe(bytes);
    expect(Buffer.from(bounded).toString()).toBe(bounded);
  });
});
