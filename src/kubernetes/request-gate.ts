/** Lets at most so many requests through at a time; the others wait in order. */
export interface RequestGate {
  /**
   * Resolves when it is the caller's turn; the function it resolves to gives the place back. Rejects when aborted.
   * `patient`: after the others that wait, of which at most 255 pass it by.
   */
  enter(signal?: AbortSignal, patient?: boolean): Promise<() => void>;
}

// Others never wait noticeably longer for it, and whoever is patient gets a share however long the others keep coming.
const mostPassingBy = 255;

export function createRequestGate(places: number): RequestGate {
  const waiting = new Set<() => void>();
  const patiently = new Set<() => void>();
  let free = places;
  /** How many have been let through since one waits patiently, or since the last such was. */
  let passedBy = 0;

  const leave = (): void => {
    const isPatientsTurn = waiting.size === 0 || (patiently.size > 0 && passedBy >= mostPassingBy);
    const line = isPatientsTurn ? patiently : waiting;
    passedBy = isPatientsTurn || patiently.size === 0 ? 0 : passedBy + 1;
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
