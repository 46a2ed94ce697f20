/** Waits of one thing that keeps failing. */
export interface RetryOptions {
  readonly initialMs: number;
  readonly capMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * How long to wait after so many failures in a row (1 is the first), in milliseconds: exponential with full jitter, so
 * that what failed together does not come again together. Never less than a tenth, so that chance makes no hot loop.
 */
export function retryDelay(failures: number, { initialMs, capMs, random }: RetryOptions): number {
  const ceiling = Math.min(capMs, initialMs * 2 ** Math.min(failures - 1, 30));
  return ceiling * (0.1 + 0.9 * random());
}
