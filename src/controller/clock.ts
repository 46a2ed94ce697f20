/** Time, passed in so that tests can hold it still. */
export interface Clock {
  /** Milliseconds since the epoch as of the start of the process: it never jumps when somebody sets the wall clock. */
  now(): number;
  /** Calls back once after `ms`; the returned function cancels. Does not keep the process alive. */
  after(ms: number, callback: () => void): () => void;
}

// Node fires a longer timer at once: its delay is a signed 32-bit number.
const longestTimer = 2 ** 31 - 1;

// Looked up once: it is a getter, and the time is asked for a hundred times a visit.
const { timeOrigin } = performance;

export const systemClock: Clock = {
  now: () => timeOrigin + performance.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, Math.min(Math.max(ms, 0), longestTimer));
    timer.unref();
    return () => clearTimeout(timer);
  },
};
