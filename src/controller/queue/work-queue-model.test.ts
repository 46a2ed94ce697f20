import { expect, test } from "@jest/globals";
import { endlessTurn } from "../../event-loop/testing/endless-turn.ts";
import { createFakeClock } from "./fake-clock.ts";
import { createWorkQueue, type QueueHooks, type Verdict } from "./work-queue.ts";

// Every sequence of what can happen to a queue of two keys and one worker, up to a length: no key is ever worked on twice
// at a time, and whatever was asked for is worked on after it was asked for, at last.

const silent: QueueHooks = { added() {}, retried() {}, started() {}, finished() {} };

interface World {
  readonly asked: Map<string, number>;
  readonly begun: Map<string, number>;
  readonly running: Map<string, (verdict: Verdict | Error) => void>;
  step: number;
}

type Action = (queue: ReturnType<typeof createWorkQueue>, world: World) => void;

const ask =
  (key: string, line: "interactive" | "refresh"): Action =>
  (queue, world) => {
    world.asked.set(key, world.step);
    queue.add(key, line);
  };
const finish =
  (verdict: Verdict | Error): Action =>
  (_queue, { running }) => {
    const [first] = running;
    if (!first) return;
    running.delete(first[0]);
    first[1](verdict);
  };
/** Who is gone is owed nothing. */
const forget: Action = (queue, world) => {
  world.asked.delete("n/a");
  queue.remove("n/a");
};

const actions: readonly (readonly [string, Action])[] = [
  ["a is edited", ask("n/a", "interactive")],
  ["b is due", ask("m/b", "refresh")],
  ["done", finish(undefined)],
  ["done, again at once", finish({ afterMs: 0 })],
  ["failed", finish("backoff")],
  ["thrown", finish(new Error("bug"))],
  ["a is gone", forget],
];
const length = 5;

function* sequences(left: number): Generator<readonly number[]> {
  if (left === 0) {
    yield [];
    return;
  }
  for (const rest of sequences(left - 1)) {
    for (let index = 0; index < actions.length; index += 1) yield [...rest, index];
  }
}

/** Plays one sequence and returns what was wrong. */
async function play(sequence: readonly number[]): Promise<string | undefined> {
  const clock = createFakeClock();
  const world: World = { asked: new Map(), begun: new Map(), running: new Map(), step: 0 };
  let wrong: string | undefined;
  const queue = createWorkQueue({
    clock,
    random: () => 0.5,
    concurrency: 1,
    turns: endlessTurn,
    hooks: silent,
    onError: () => undefined,
    work: (key) => {
      if (world.running.size > 0) wrong = `${key} is worked on beside another`;
      world.begun.set(key, world.step);
      return new Promise((resolve, reject) => {
        world.running.set(key, (verdict) => (verdict instanceof Error ? reject(verdict) : resolve(verdict)));
      });
    },
  });
  queue.resume();
  for (const index of sequence) {
    world.step += 1;
    actions[index]?.[1](queue, world);
    await clock.advance(0);
  }
  // From here on all work succeeds, and time passes.
  world.step += 1;
  for (let round = 0; round < 6; round += 1) {
    finish(undefined)(queue, world);
    await clock.advance(1_000);
  }
  const unserved = [...world.asked].filter(([key, at]) => (world.begun.get(key) ?? -1) < at);
  if (unserved.length > 0) wrong ??= `${unserved.map(([key]) => key).join()} was not served`;
  if (queue.depth + queue.active > 0) wrong ??= "the queue did not come to rest";
  return wrong;
}

test(`every due resource is eventually served, and none by two workers, in every sequence of ${length} events`, async () => {
  const failures: string[] = [];
  let played = 0;
  for (const sequence of sequences(length)) {
    const wrong = await play(sequence);
    played += 1;
    if (wrong) failures.push(`${sequence.map((index) => actions[index]?.[0]).join(", ")}: ${wrong}`);
  }
  expect(played).toBe(actions.length ** length);
  expect(failures.slice(0, 5)).toEqual([]);
});
