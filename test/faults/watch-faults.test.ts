import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, test } from "@jest/globals";
import { secretValue } from "../support/canary.ts";
import { eventually } from "../support/eventually.ts";
import type { ApiFaultRule } from "./support/api-faults.ts";
import { isFull, sized, spread } from "./support/extent.ts";
import { type FaultBench, type Place, startFaultBench } from "./support/fault-bench.ts";
import { recordFault, secondsSince } from "./support/fault-record.ts";

// Every way in which a watch breaks, for every kind at once: changes made meanwhile are seen within seconds of its end,
// and the operator does not hammer the API server while it lasts.

let bench: FaultBench;
let place: Place;
const parameter = () => `/${place.namespace}/level`;
beforeAll(async () => {
  bench = await startFaultBench();
  place = await bench.createPlace();
  await bench.fake.putParameter({ name: parameter(), value: level });
}, 120_000);
afterAll(() => bench?.stop());

// Backoff grows to 8 s while the fault lasts; then, at worst one more refusal and as long again, a list and a visit.
const seenWithinSeconds = sized(30, 20);
const watchedKinds = 6;
// Six kinds, each with a list and a watch an attempt, at most a few attempts in the first second.
const requestsPerSecond = 40;

const level = secretValue("info");
let number = 0;

/** A resource that is served, and what is to change about it. */
async function arrange() {
  number += 1;
  const name = `watched-${number}`;
  const spec = (key: string) =>
    `  refreshInterval: 1h\n  data:\n    - { key: ${key}, parameterStore: { name: ${parameter()} } }\n`;
  await place.apply(name, spec("BEFORE"));
  await place.until(name, "True");
  return {
    /** An edit, a creation and a deletion behind the operator's back. */
    async change() {
      await place.apply(name, spec("AFTER"));
      await place.apply(`${name}-new`, spec("NEW"));
      await bench.cluster.delete({ apiVersion: "v1", kind: "Secret", name, namespace: place.namespace });
    },
    async seen(timeoutMs: number) {
      await place.untilSecret(name, "AFTER", level, timeoutMs);
      await place.untilSecret(`${name}-new`, "NEW", level, timeoutMs);
      await place.until(name, "True", { timeoutMs });
    },
  };
}

// Seconds over which a rate says something.
const shortestWindow = 5;

/** Rules that strike until every kind was hit, and `seconds` longer, with changes in between; returns how long after their end all was seen. */
async function breakFor(seconds: number, rules: readonly ApiFaultRule[], heal = async () => {}) {
  const { change, seen } = await arrange();
  bench.api.reset();
  bench.api.setRules(rules);
  bench.api.cutWatches();
  const start = performance.now();
  await eventually(() => struckKinds().size >= watchedKinds || undefined, {
    what: "the watch of every kind is struck",
  });
  await change();
  await delay(seconds * 1_000);
  const struck = bench.api.entries().filter(({ fault }) => fault !== undefined).length;
  // Every kind lists and watches anew at once: a burst of a moment is no hot loop. What other suites leave behind is
  // still being deleted, and a look at that is none either.
  const looks = bench.api.entries().filter(({ verb }) => verb === "list" || verb === "watch");
  const rate = looks.length / Math.max(secondsSince(start), shortestWindow);
  bench.api.setRules([]);
  await heal();
  const begun = performance.now();
  await seen(seenWithinSeconds * 1_000);
  const took = secondsSince(begun);
  expect(rate).toBeLessThan(requestsPerSecond);
  return { struck, took, rate };
}

const struckKinds = () =>
  new Set(bench.api.entries().flatMap(({ fault, resource }) => (fault === undefined ? [] : [resource])));

const status = (code: number, reason: string, retryAfterSeconds?: number) =>
  ({ kind: "status", code, reason, ...(retryAfterSeconds === undefined ? {} : { retryAfterSeconds }) }) as const;

const faults: readonly { readonly reason: string; readonly rules: readonly ApiFaultRule[] }[] = [
  { reason: "reset at once", rules: [{ verb: "watch", fault: { kind: "cutWatch", after: 0 } }] },
  { reason: "reset before it reaches the server", rules: [{ verb: "watch", fault: { kind: "cutBeforeForwarding" } }] },
  {
    reason: "ended in order, at once, again and again",
    rules: [{ verb: "watch", fault: { kind: "endWatch", after: 0 } }],
  },
  {
    reason: "410 Expired inside the stream",
    rules: [{ verb: "watch", fault: { kind: "watchError", after: 0, code: 410, reason: "Expired" } }],
  },
  {
    reason: "500 inside the stream",
    rules: [{ verb: "watch", fault: { kind: "watchError", after: 0, code: 500, reason: "InternalError" } }],
  },
  { reason: "410 Gone as status", rules: [{ verb: "watch", fault: status(410, "Expired") }] },
  { reason: "a truncated line", rules: [{ verb: "watch", fault: { kind: "truncateWatch", after: 0 } }] },
  { reason: "a line that is no JSON", rules: [{ verb: "watch", fault: { kind: "garbleWatch", after: 0 } }] },
  { reason: "429 with Retry-After", rules: [{ verb: "watch", fault: status(429, "TooManyRequests", 2) }] },
  {
    reason: "410, and 500 on the relist",
    rules: [
      { verb: "watch", fault: status(410, "Expired") },
      { verb: "list", fault: status(500, "InternalError") },
    ],
  },
  {
    reason: "410, and 429 with Retry-After on the relist",
    rules: [
      { verb: "watch", times: 6, fault: status(410, "Expired") },
      { verb: "list", fault: status(429, "TooManyRequests", 1) },
    ],
  },
  { reason: "401 for a while", rules: [{ verb: "watch", fault: status(401, "Unauthorized") }] },
  {
    reason: "410, and a connection cut in the middle of the relist",
    rules: [
      { verb: "watch", fault: status(410, "Expired") },
      { verb: "list", fault: { kind: "cutAfterForwarding" } },
    ],
  },
];

describe("a watch of every kind is broken by", () => {
  test.each(spread(faults, sized(2, faults.length)))("$reason", async ({ reason, rules }) => {
    const { struck, took, rate } = await breakFor(sized(0.5, 10), rules);
    recordFault({
      suite: "Watches",
      fault: reason,
      injected: struck,
      seconds: took,
      seen: `${rate.toFixed(1)} requests/s while it lasted`,
    });
  });
});

const everyEvent = Array.from({ length: 10_000 }, (_, index) => index);
// A change makes about so many: of resources, their statuses and their targets.
const inTurn = everyEvent.slice(0, 12).map((number) => ({ reason: `event ${number} alone`, numbers: [number] }));

describe("sees at the next list what a watch never showed", () => {
  test.each([{ reason: "every event", numbers: everyEvent }, ...spread(inTurn, sized(1, inTurn.length))])(
    "$reason",
    async ({ reason, numbers }) => {
      const { took, struck } = await breakFor(
        sized(0.5, 2),
        [{ verb: "watch", fault: { kind: "dropEvents", numbers } }],
        async () => {
          bench.api.setRules([{ verb: "watch", times: 6, fault: status(410, "Expired") }]);
          bench.api.cutWatches();
        },
      );
      recordFault({ suite: "Watches", fault: `${reason} dropped, then a list`, injected: struck, seconds: took });
    },
  );
});

it("is cut off from the API server altogether, and comes back", async () => {
  const { change, seen } = await arrange();
  await bench.api.down();
  await change();
  await delay(sized(1_000, 20_000));
  expect(await bench.operator().probe("/healthz")).toBe(200);
  await bench.api.up();
  const begun = performance.now();
  await seen(seenWithinSeconds * 1_000);
  recordFault({
    suite: "Watches",
    fault: `API server unreachable for ${sized(1, 20)} s`,
    injected: 1,
    seconds: secondsSince(begun),
    seen: "/healthz stays 200",
  });
});

it("is shown an old snapshot after a restart, and ends in the true state", async () => {
  const { change, seen } = await arrange();
  await bench.operator().kill();
  await bench.start();
  // Its first lists are recorded: they show what was before the change.
  await change();
  await seen(seenWithinSeconds * 1_000);
  await bench.operator().kill();
  bench.api.reset();
  bench.api.setRules([{ verb: "list", times: 6, fault: { kind: "replayList", snapshot: -1 } }]);
  const begun = performance.now();
  await bench.start();
  await seen(seenWithinSeconds * 1_000);
  const took = secondsSince(begun);
  bench.api.setRules([]);
  const { seen: nextSeen, change: next } = await arrange();
  await next();
  await nextSeen(seenWithinSeconds * 1_000);
  expect(bench.api.entries().filter(({ fault }) => fault === "replayList").length).toBeGreaterThan(0);
  recordFault({ suite: "Watches", fault: "old snapshot of every kind after a restart", injected: 6, seconds: took });
});

// Takes four minutes.
if (isFull) {
  it("notices a connection on which nothing more comes", noticesSilence, 320_000);
}

async function noticesSilence() {
  const { change, seen } = await arrange();
  // What the last visit wrote comes first on a watch that begins too early, and no bookmark.
  await delay(5_000);
  // The first line of a watch without news is a bookmark, after a minute; living connections then bring one a minute.
  bench.api.setRules([{ verb: "watch", times: 6, fault: { kind: "silenceWatch", after: 1 } }]);
  bench.api.cutWatches();
  const begun = performance.now();
  await delay(62_000);
  await change();
  await seen(240_000);
  recordFault({
    suite: "Watches",
    fault: "half-open connection after a bookmark: silence for ever",
    injected: 6,
    seconds: secondsSince(begun),
    seen: "noticed by itself, nothing healed it; the seconds count from its beginning",
  });
}
