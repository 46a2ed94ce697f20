import type { Clock } from "./clock.ts";

/** A signal that aborts when time is up. */
export interface TimeLimit {
  readonly signal: AbortSignal;
  /** It was done in time: the signal never aborts. */
  end(): void;
}

/** Unlike `AbortSignal.timeout`, it leaves no timer behind that lasts for the whole time, once for every visit. */
export function createTimeLimit(clock: Clock, ms: number): TimeLimit {
  const controller = new AbortController();
  const end = clock.after(ms, () => controller.abort(new DOMException("The time is up", "TimeoutError")));
  return { signal: controller.signal, end };
}
