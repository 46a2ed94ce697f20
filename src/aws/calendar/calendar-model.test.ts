import { expect, it } from "@jest/globals";
import type { ValueRef } from "../../api/source.ts";
import type { AwsError } from "../errors.ts";
import { createFakePlane, type FakePlane, seeded } from "../fakes/fake-plane.ts";
import { awsError, type FakeCall } from "../fakes/fake-service-calls.ts";

// Every sequence of what can happen to a calendar, up to a length, on the real code under a fake clock: two subscribers
// and two values come, go and change their intervals while reads succeed, fail, are refused or take long. Whatever
// happened: each subscribed value is read in time, nothing else is read, nothing is read twice in one slot, and what
// nobody wants any more is let go.

const second = 1000;
const names = ["/a", "/b"] as const;
type Name = (typeof names)[number];
type Mode = "healthy" | "failing" | "slow" | "denied";
type Interests = Readonly<Partial<Record<Name, number>>>;

/** What has happened so far, as far as the next event depends on it. */
interface Model {
  readonly subscribers: Readonly<Record<string, Interests>>;
  readonly mode: Mode;
}

interface Event {
  readonly name: string;
  /** The model afterwards; the same object where the event would change nothing. */
  readonly after: (model: Model) => Model;
  readonly passesMs: number;
  /** The machine's clock is set back by so much. */
  readonly setBackMs?: number;
}

const wants = (subscriber: string, interests: Interests, what: string): Event => ({
  name: `${subscriber} ${what}`,
  after: (model) =>
    JSON.stringify(model.subscribers[subscriber] ?? {}) === JSON.stringify(interests)
      ? model
      : { ...model, subscribers: { ...model.subscribers, [subscriber]: interests } },
  passesMs: 1.7 * second,
});
const aws = (mode: Mode): Event => ({
  name: `AWS is ${mode}`,
  after: (model) => (model.mode === mode ? model : { ...model, mode }),
  passesMs: 1.7 * second,
});
const passes = (seconds: number): Event => ({
  name: `${seconds} s pass`,
  // Without subscribers time changes nothing.
  after: (model) => ((intervalOf(model, "/a") ?? intervalOf(model, "/b")) ? { ...model } : model),
  passesMs: seconds * second,
});

const isWanted = (model: Model) => names.some((name) => intervalOf(model, name) !== undefined);
const setBack: Event = {
  name: "the clock is set back by an hour",
  after: (model) => (isWanted(model) ? { ...model } : model),
  passesMs: 1.7 * second,
  setBackMs: 3_600 * second,
};

const events: readonly Event[] = [
  wants("r", { "/a": 60 * second }, "wants a every minute"),
  wants("r", { "/a": 10 * second, "/b": 10 * second }, "wants a and b every 10 s"),
  wants("r", {}, "leaves"),
  wants("s", { "/b": 30 * second }, "wants b every 30 s"),
  wants("s", {}, "leaves"),
  aws("healthy"),
  aws("failing"),
  aws("slow"),
  aws("denied"),
  passes(7),
  passes(61),
  setBack,
];
const length = 4;
const slowMs = 12 * second;

function intervalOf({ subscribers }: Model, name: Name): number | undefined {
  const asked = Object.values(subscribers).flatMap((interests) => interests[name] ?? []);
  return asked.length === 0 ? undefined : Math.min(...asked);
}

/** Every sequence without an event that would change nothing. */
function* sequences(left: number, model: Model): Generator<readonly Event[]> {
  if (left === 0) {
    yield [];
    return;
  }
  for (const event of events) {
    const after = event.after(model);
    if (after === model) continue;
    for (const rest of sequences(left - 1, after)) yield [event, ...rest];
  }
}

const beginning: Model = { subscribers: {}, mode: "healthy" };

/** What is known of one value, from outside. */
interface Watched {
  /** Of the last request for it. */
  readAt: number;
  /** Since when the shortest interval, and the state of AWS, are what they are. */
  since: number;
  /** Requests for it without an answer yet. */
  underWay: number;
  /** How the last request for it went. */
  last: "none" | "good" | "failed" | "refused";
}

/** Late by a twentieth of the interval is in time (api.md, "Freshness"); the rest is for waiting in windows. */
const inTime = (intervalMs: number) => intervalMs * 1.1 + 5 * second;
/** A name that is refused is asked for alone and ever more rarely (docs/architecture.md, "Falling back"). */
const apartMs = 300 * second;
/** A slot is a twelfth of an interval. */
const slotOf = (intervalMs: number) => intervalMs / 12;

function errorOf(mode: Mode, called: readonly Name[]): AwsError | undefined {
  if (mode === "failing") return awsError("unavailable");
  return mode === "denied" && called.includes("/a") ? awsError("denied", "not allowed: /a") : undefined;
}

/** What was refused is asked for alone until it is answered. */
function lastOf(name: Name, before: Watched["last"], error: AwsError | undefined): Watched["last"] {
  if (error === undefined) return "good";
  return before === "refused" || (error.kind === "denied" && name === "/a") ? "refused" : "failed";
}

/** Plays one sequence on a plane of its own and returns what was wrong. */
async function play(sequence: readonly Event[], seed: number): Promise<readonly string[]> {
  const wrong: string[] = [];
  const fake = createFakePlane({ random: seeded(seed) });
  for (const name of names) fake.calls.putParameter(name, name);
  let model = beginning;
  let setBackMs = 0;
  /** As a watch on the wall shows it that nobody sets. */
  const elapsed = () => fake.clock.now() + setBackMs;
  const watched = new Map(
    names.map((name): [Name, Watched] => [name, { readAt: -Infinity, since: 0, underWay: 0, last: "none" }]),
  );
  const of = (name: Name) => watched.get(name) as Watched;

  const checkAge = (name: Name, now: number): void => {
    const intervalMs = intervalOf(model, name);
    const { readAt, since, underWay, last } = of(name);
    if (intervalMs === undefined || underWay > 0) return;
    const limit = last === "refused" ? apartMs : inTime(intervalMs);
    const waited = now - Math.max(readAt, since);
    if (waited > limit) wrong.push(`${name} was not read for ${waited / second} s of ${intervalMs / second}`);
  };
  /** Reading it again is waste so soon after a good answer. */
  const isEarly = (name: Name, now: number): boolean => {
    const { readAt, since, last } = of(name);
    const intervalMs = intervalOf(model, name) ?? 0;
    // A new interval begins with a slot of its own.
    return last === "good" && now - readAt < (since > readAt ? slotOf(intervalMs) : intervalMs / 2);
  };
  const begun = (called: readonly Name[], at: number): void => {
    const unwanted = called.filter((name) => intervalOf(model, name) === undefined);
    if (unwanted.length > 0) wrong.push(`${unwanted.join()} was read though nobody wants it`);
    // Beside one that is due, another costs nothing.
    if (called.every((name) => isEarly(name, at))) wrong.push(`${called.join()} was read twice in one slot`);
    for (const name of called) {
      checkAge(name, at);
      of(name).readAt = at;
      of(name).underWay += 1;
    }
  };
  const ended = (called: readonly Name[]): void => {
    const error = errorOf(model.mode, called);
    for (const name of called) {
      of(name).underWay -= 1;
      of(name).last = lastOf(name, of(name).last, error);
    }
    if (error !== undefined) throw error;
  };
  fake.calls.latency = async () => {
    begun((fake.calls.log.at(-1) as FakeCall).items as readonly Name[], elapsed());
    if (model.mode === "slow") await new Promise<void>((resolve) => void fake.clock.after(slowMs, resolve));
  };
  fake.calls.fault = ({ items }) => ended(items as readonly Name[]);

  const pass = async (milliseconds: number): Promise<void> => {
    await fake.clock.advance(milliseconds);
    for (const name of names) checkAge(name, elapsed());
  };
  const change = (event: Event): void => {
    const before = model;
    model = event.after(model);
    for (const name of names) {
      const isNew = model.mode !== before.mode || intervalOf(model, name) !== intervalOf(before, name);
      if (isNew) of(name).since = elapsed();
      // What nobody wants is forgotten.
      if (intervalOf(model, name) === undefined) of(name).last = "none";
    }
    subscribe(fake, before, model);
  };
  const setBack = (milliseconds: number): void => {
    fake.clock.jump(-milliseconds);
    setBackMs += milliseconds;
    // Answers of a time to come are worth nothing.
    for (const value of watched.values()) value.last = value.last === "good" ? "none" : value.last;
  };
  const apply = async (event: Event): Promise<void> => {
    change(event);
    if (event.setBackMs !== undefined) setBack(event.setBackMs);
    await pass(event.passesMs);
  };

  for (const event of sequence) await apply(event);
  await apply(aws("healthy"));
  // Long enough for the rarest poll of a name that was refused.
  for (let round = 0; round < 6; round += 1) await pass(61 * second);
  await apply(wants("r", {}, "leaves"));
  await apply(wants("s", {}, "leaves"));
  await pass(120 * second);
  for (const name of names) {
    if (fake.reader.peek(parameter(name)) !== undefined) wrong.push(`${name} is remembered though nobody wants it`);
  }
  if (fake.clock.timers > 0) wrong.push(`${fake.clock.timers} timers are left though there is nothing to do`);
  return wrong;
}

const parameter = (name: string): ValueRef => ({ kind: "parameter", name });

function subscribe({ plane, reader }: FakePlane, before: Model, after: Model): void {
  for (const [subscriber, interests] of Object.entries(after.subscribers)) {
    if (interests === before.subscribers[subscriber]) continue;
    const asked = Object.entries(interests);
    plane.subscribe(
      subscriber,
      asked.map(([name, intervalMs]) => ({ reader, ref: parameter(name), intervalMs, store: "s" })),
    );
  }
}

it(`every due value is eventually read, and nothing else, nothing twice, in every sequence of ${length} events`, async () => {
  const failures: string[] = [];
  let played = 0;
  for (const sequence of sequences(length, beginning)) {
    played += 1;
    const wrong = await play(sequence, played);
    if (wrong.length > 0) failures.push(`${sequence.map(({ name }) => name).join(", ")}: ${wrong[0]}`);
  }
  expect(failures.slice(0, 5)).toEqual([]);
  expect(played).toBeGreaterThan(3_000);
}, 240_000);
