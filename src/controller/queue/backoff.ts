/**
 * Exponential backoff with full jitter, per key (aws.md and the AWS architecture blog agree on full jitter): the n-th
 * failure waits a random time up to `base × 2^n`, at most `cap`. An edit does not forget failures; a success does.
 */
export interface Backoff {
  /** Counts a failure and returns how long to wait, in milliseconds. */
  next(key: string): number;
  forget(key: string): void;
  failures(key: string): number;
}

export interface BackoffOptions {
  readonly baseMs: number;
  readonly capMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

export function createBackoff({ baseMs, capMs, random }: BackoffOptions): Backoff {
  const counts = new Map<string, number>();
  return {
    next(key) {
      const failures = (counts.get(key) ?? 0) + 1;
      counts.set(key, failures);
      const ceiling = Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 30));
      // Never less than a tenth, so that bad luck is not a hot loop.
      return ceiling * (0.1 + 0.9 * random());
    },
    forget: (key) => void counts.delete(key),
    failures: (key) => counts.get(key) ?? 0,
  };
}
