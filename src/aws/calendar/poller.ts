import type { Clock } from "../clock.ts";
import type { Entry } from "../reading/entry.ts";
import { type Route, routes } from "../refs/route.ts";
import type { Load } from "./quota-needs.ts";
import { createRoutePoller, type RoutePoller, type RoutePollerOptions } from "./route-poller.ts";

/** Polls all refs of one reader, on one timer. */
export interface Poller {
  /** The entry's wants, its state or its innocence changed. */
  plan(entry: Entry): void;
  /** What the polls cost, by quota and interval. */
  loads(): readonly Load[];
  /** How long something has been due without the timer having rung for it, in milliseconds: none, unless it is lost. */
  overdueMs(): number;
  close(): void;
}

// What passed since the last look is what a clock that is set can hide. There may be a reader for each namespace, so that
// waking up for nothing must not cost much either.
const longestMs = 15_000;
// Less than this is the inaccuracy of timers, not a clock that was set.
const noticeableMs = 1000;

export function createPoller(
  options: Omit<RoutePollerOptions, "route" | "now" | "onPlanned"> & { readonly clock: Clock },
): Poller {
  const { clock } = options;
  const rearm = (): void => {
    if (!armSoon) {
      armSoon = true;
      queueMicrotask(arm);
    }
  };
  const pollers = new Map<Route, RoutePoller>(
    routes.map((route) => [route, createRoutePoller({ ...options, route, now: clock.now, onPlanned: rearm })]),
  );
  let timer: { readonly at: number; readonly cancel: () => void } | undefined;
  let closed = false;
  let armSoon = false;
  let seenAt = -Infinity;

  /**
   * The clock was set back: without this nothing would be due until it has caught up. Set forward, all is due at once,
   * which is right after a machine slept, and the line and the limiter take it from there.
   * @param atLeast what the clock must show if nobody set it.
   */
  const lookAtClock = (atLeast: number): number => {
    const now = clock.now();
    const late = now - atLeast;
    seenAt = now;
    if (late < -noticeableMs) {
      timer = timer && { ...timer, at: timer.at + late };
      for (const poller of pollers.values()) {
        poller.shift(late);
      }
    }
    return now;
  };
  const ring = (): void => {
    const due = timer?.at ?? seenAt;
    timer = undefined;
    lookAtClock(due);
    for (const poller of pollers.values()) {
      poller.tick();
    }
    arm();
  };
  const arm = (): void => {
    armSoon = false;
    const now = lookAtClock(seenAt);
    const next = Math.min(...[...pollers.values()].map((poller) => poller.nextDue()));
    if (closed || next === Infinity || (timer !== undefined && timer.at <= next)) {
      return;
    }
    timer?.cancel();
    const delay = Math.min(longestMs, Math.max(0, next - now));
    timer = { at: now + delay, cancel: clock.after(delay, ring) };
  };
  return {
    overdueMs: () => Math.max(0, clock.now() - Math.min(...[...pollers.values()].map((poller) => poller.nextDue()))),
    plan(entry) {
      lookAtClock(seenAt);
      pollers.get(entry.route)?.plan(entry);
      rearm();
    },
    loads: () => [...pollers.values()].flatMap((poller) => poller.loads()),
    close() {
      closed = true;
      timer?.cancel();
      for (const poller of pollers.values()) {
        poller.close();
      }
    },
  };
}
