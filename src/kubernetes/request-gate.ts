/** Lets at most so many requests through at a time; the others wait in order. */
export interface RequestGate {
  /**
   * Resolves when it is the caller's turn; the function it resolves to gives the place back. Rejects when aborted.
   * `patient`: after all others that wait.
   */
  enter(signal?: AbortSignal, patient?: boolean): Promise<() => void>;
}

export function createRequestGate(places: number): RequestGate {
  const waiting = new Set<() => void>();
  const patiently = new Set<() => void>();
  let free = places;

  const leave = (): void => {
    const line = waiting.size > 0 ? waiting : patiently;
    const next = line.values().next();
    if (next.done) {
      free += 1;
      return;
    }
    line.delete(next.value);
    next.value();
  };

  return {
    async enter(signal, patient = false) {
      signal?.throwIfAborted();
      if (free > 0) {
        free -= 1;
        return leave;
      }
      const line = patient ? patiently : waiting;
      return new Promise((resolve, reject) => {
        const admit = (): void => {
          signal?.removeEventListener("abort", giveUp);
          resolve(leave);
        };
        const giveUp = (): void => {
          line.delete(admit);
          reject(signal?.reason);
        };
        line.add(admit);
        signal?.addEventListener("abort", giveUp, { once: true });
      });
    },
  };
}
