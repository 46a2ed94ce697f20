/** Lets at most so many requests through at a time; the others wait in order. */
export interface RequestGate {
  /**
   * Resolves when it is the caller's turn; the function it resolves to gives the place back. Rejects when aborted.
   * `patient`: after the others that wait, but for one in a quarter of a second.
   */
  enter(signal?: AbortSignal, patient?: boolean): Promise<() => void>;
}

export interface RequestGateOptions {
  readonly places: number;
  /** Milliseconds. */
  readonly now: () => number;
}

// Others never wait noticeably longer for it, and whoever is patient gets a share however long the others keep coming.
const longestPatienceMs = 250;

export function createRequestGate({ places, now }: RequestGateOptions): RequestGate {
  const waiting = new Set<() => void>();
  const patiently = new Set<() => void>();
  let free = places;
  /** Since when one waits patiently, or when the last such was let through. */
  let patientSince = 0;

  const leave = (): void => {
    const isPatientsTurn = waiting.size === 0 || (patiently.size > 0 && now() - patientSince >= longestPatienceMs);
    const line = isPatientsTurn ? patiently : waiting;
    if (isPatientsTurn) patientSince = now();
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
      if (patient && patiently.size === 0) patientSince = now();
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
