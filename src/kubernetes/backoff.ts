export interface BackoffOptions {
  /** Of the first delay, in milliseconds. */
  readonly baseMs: number;
  readonly capMs: number;
}

export interface Backoff {
  /** The next delay in milliseconds: doubles from the base up to the cap, jittered down to its half. Never 0. */
  next(): number;
  /** After a success. */
  reset(): void;
}

/** Jitter keeps many watchers from coming back to a recovering server at the same moment. */
export function createBackoff({ baseMs, capMs }: BackoffOptions, random: () => number): Backoff {
  let ceiling = baseMs;
  return {
    next() {
      const delay = ceiling / 2 + (random() * ceiling) / 2;
      ceiling = Math.min(capMs, ceiling * 2);
      return Math.max(1, delay);
    },
    reset() {
      ceiling = baseMs;
    },
  };
}
