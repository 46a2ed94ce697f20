/** Lets at most so many requests through at a time; the others wait in order. */
export interface RequestGate {
  /** Resolves when it is the caller's turn; the function it resolves to gives the place back. Rejects when aborted. */
  enter(signal?: AbortSignal): Promise<() => void>;
}

export function createRequestGate(places: number): RequestGate {
  const waiting = new Set<() => void>();
  let free = places;

  const leave = (): void => {
    const next = waiting.values().next();
    if (next.done) {
      free += 1;
      return;
    }
    waiting.delete(next.value);
    next.value();
  };

  return {
    async enter(signal) {
      signal?.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return leave;
      }
      return new Promise((resolve, reject) => {
        const admit = (): void => {
          signal?.removeEventListener("abort", giveUp);
          resolve(leave);
        };
        const giveUp = (): void => {
          waiting.delete(admit);
          reject(signal?.reason);
        };
        waiting.add(admit);
        signal?.addEventListener("abort", giveUp, { once: true });
      });
    },
  };
}
