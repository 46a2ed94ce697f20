import type { Turns } from "../../event-loop/turns.ts";
import type { Clock } from "../clock.ts";
import { type Backoff, createBackoff } from "./backoff.ts";
import { createFairLines, type Line } from "./fair-lines.ts";

/** When a key comes again by itself. Undefined: only when something happens. */
export type Verdict = { readonly afterMs: number; readonly line?: Line } | "backoff" | undefined;

export interface WorkQueue {
  /** Asks for the key to be worked on. Coalesces: waiting once is enough; while it is worked on, it is done again after. */
  add(key: string, line: Line): void;
  /** Forgets the key, its timer and its failures: the resource is gone. */
  remove(key: string): void;
  /** Begins to take keys: a queue starts paused, so that nothing is done before the watches are in step. */
  resume(): void;
  /** Takes no more keys until it is resumed; what is under way goes on. */
  pause(): void;
  /** Resolves when none of the keys that `concerns` picks is being worked on. */
  quiet(concerns: (key: string) => boolean): Promise<void>;
  /** Stops taking keys and resolves when the work under way has ended. */
  drain(): Promise<void>;
  readonly depth: number;
  readonly active: number;
  /** Since when (clock milliseconds) the slowest work runs, or keys wait with none being taken; undefined: idle. */
  readonly stuckSince: number | undefined;
}

export interface QueueOptions {
  readonly clock: Clock;
  readonly random: () => number;
  readonly concurrency: number;
  /** Each visit waits for its turn of the event loop: a thousand that need no request would all be made in one go. */
  readonly turns: Turns;
  /** Works on one key. What it throws is a bug and comes again with backoff. */
  readonly work: (key: string, line: Line) => Promise<Verdict>;
  readonly onError: (key: string, error: unknown) => void;
  readonly hooks: QueueHooks;
  readonly backoff?: Backoff;
}

/** For metrics. Times in seconds. */
export interface QueueHooks {
  added(): void;
  retried(): void;
  started(waitedSeconds: number): void;
  finished(tookSeconds: number, result: "success" | "requeue" | "error"): void;
}

/** A coalescing queue: a key is worked on by one worker at a time, and again if it was added meanwhile. */
export function createWorkQueue(options: QueueOptions): WorkQueue {
  const { clock, hooks } = options;
  const backoff = options.backoff ?? createBackoff({ baseMs: 500, capMs: 300_000, random: options.random });
  const lines = createFairLines();
  const addedAt = new Map<string, number>();
  /** With the time when the work on it began. */
  const active = new Map<string, number>();
  /** Added while being worked on: the line to put it in afterwards. */
  const again = new Map<string, Line>();
  const timers = new Map<string, () => void>();
  let running = false;
  let isPumping = false;
  const quietWaits = new Set<() => void>();
  let draining: (() => void) | undefined;
  /** Since when keys wait without one being taken. */
  let waitingSince = clock.now();

  const add = (key: string, line: Line): void => {
    if (active.has(key)) {
      if (again.get(key) !== "interactive") again.set(key, line);
      return;
    }
    if (lines.size === 0) waitingSince = clock.now();
    if (!addedAt.has(key)) {
      addedAt.set(key, clock.now());
      hooks.added();
    }
    lines.add(key, line);
    void pump();
  };

  const cancelTimer = (key: string): void => {
    timers.get(key)?.();
    timers.delete(key);
  };

  const schedule = (key: string, ms: number, line: Line): void => {
    cancelTimer(key);
    timers.set(
      key,
      clock.after(ms, () => {
        timers.delete(key);
        add(key, line);
      }),
    );
  };

  const settle = (key: string, verdict: Verdict): void => {
    if (verdict === "backoff") {
      hooks.retried();
      schedule(key, backoff.next(key), "refresh");
      return;
    }
    backoff.forget(key);
    if (verdict) schedule(key, verdict.afterMs, verdict.line ?? "refresh");
    else cancelTimer(key);
  };

  const visit = async (key: string, line: Line): Promise<"success" | "requeue" | "error"> => {
    try {
      const verdict = await options.work(key, line);
      settle(key, verdict);
      return verdict === "backoff" ? "requeue" : "success";
    } catch (error) {
      options.onError(key, error);
      settle(key, "backoff");
      return "error";
    }
  };

  const run = async (key: string, line: Line): Promise<void> => {
    const begun = clock.now();
    hooks.started((begun - (addedAt.get(key) ?? begun)) / 1000);
    addedAt.delete(key);
    const result = await visit(key, line);
    active.delete(key);
    hooks.finished((clock.now() - begun) / 1000, result);
    const next = again.get(key);
    again.delete(key);
    if (next) add(key, next);
    for (const check of [...quietWaits]) check();
    if (draining && active.size === 0) draining();
    void pump();
  };

  const mayTake = (): boolean => running && !draining && active.size < options.concurrency && lines.size > 0;

  /** Waits even where it need not, so that a burst of events is coalesced before the first key is worked on. */
  async function pump(): Promise<void> {
    if (isPumping) return;
    isPumping = true;
    while (mayTake()) {
      await options.turns.take();
      const taken = mayTake() ? lines.take() : undefined;
      if (taken === undefined) continue;
      waitingSince = clock.now();
      active.set(taken.key, waitingSince);
      void run(taken.key, taken.line);
    }
    isPumping = false;
  }

  return {
    add,
    resume() {
      running = true;
      waitingSince = clock.now();
      void pump();
    },
    pause() {
      running = false;
    },
    remove(key) {
      lines.remove(key);
      addedAt.delete(key);
      again.delete(key);
      cancelTimer(key);
      backoff.forget(key);
    },
    quiet(concerns) {
      return new Promise((resolve) => {
        const check = (): void => {
          if ([...active.keys()].some(concerns)) return;
          quietWaits.delete(check);
          resolve();
        };
        quietWaits.add(check);
        check();
      });
    },
    drain() {
      return new Promise((resolve) => {
        draining = resolve;
        for (const key of [...timers.keys()]) cancelTimer(key);
        if (active.size === 0) resolve();
      });
    },
    get depth() {
      return lines.size;
    },
    get active() {
      return active.size;
    },
    get stuckSince() {
      const begun = Math.min(...active.values());
      if (lines.size > 0 && running) return Math.min(begun, waitingSince);
      return active.size > 0 ? begun : undefined;
    },
  };
}
