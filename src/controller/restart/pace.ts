/** Spreads restarts over time, across all resources of the process: so many at once, then so many a second. */
export interface RestartPace {
  /** 0: go ahead. Else how long to wait, in milliseconds, before asking again: the turn is kept meanwhile. */
  take(workload: string): number;
}

export interface PaceOptions {
  /** Milliseconds. */
  readonly now: () => number;
  readonly perSecond: number;
  /** So many need not wait after a quiet time. */
  readonly burst: number;
}

// A turn that nobody comes for is given up: its resource was deleted, or has changed its mind.
const keptMs = 60_000;

export function createRestartPace({ now, perSecond, burst }: PaceOptions): RestartPace {
  const spacing = 1_000 / perSecond;
  const turns = new Map<string, number>();
  let next = Number.NEGATIVE_INFINITY;

  const assign = (at: number): number => {
    const turn = Math.max(next, at - spacing * (burst - 1));
    next = turn + spacing;
    return turn;
  };

  const forgetOld = (at: number): void => {
    // In order of time, since turns are given out so.
    for (const [workload, turn] of turns) {
      if (turn + keptMs > at) return;
      turns.delete(workload);
    }
  };

  return {
    take(workload) {
      const at = now();
      forgetOld(at);
      const turn = turns.get(workload) ?? assign(at);
      if (turn <= at) {
        turns.delete(workload);
        return 0;
      }
      turns.set(workload, turn);
      return Math.ceil(turn - at);
    },
  };
}
