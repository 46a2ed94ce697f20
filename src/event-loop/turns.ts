/**
 * Shares out the event loop among work that comes in bursts: thirty answers of the API server or of AWS that arrive
 * together, or the events of a thousand objects that change at once, are each short, and in one go they would hold up
 * probes, Leases and people's edits for as long as all of them take. One for all that shares an event loop.
 */
export interface Turns {
  /**
   * To be awaited before a piece of work. Undefined while the present turn of the event loop has time left; else a
   * promise of a later turn, in the order of asking.
   */
  take(): Promise<void> | undefined;
}

export interface TurnsOptions {
  /** Milliseconds. */
  readonly now: () => number;
  /** Calls back in the next turn of the event loop. Default: setImmediate. */
  readonly nextTurn?: (callback: () => void) => void;
  /** How long work may begin in one turn. */
  readonly sliceMs?: number;
}

export function createTurns({ now, nextTurn = setImmediate, sliceMs = 4 }: TurnsOptions): Turns {
  const waiting: (() => void)[] = [];
  /** When work first began in the present turn; undefined: in a turn without any so far. */
  let began: number | undefined;

  const begin = (): void => {
    began = now();
    nextTurn(() => {
      began = undefined;
      const next = waiting.shift();
      if (next === undefined) return;
      // One a turn: how long its work takes shows only once it is done.
      begin();
      next();
    });
  };

  return {
    take() {
      if (began === undefined) begin();
      else if (waiting.length > 0 || now() - began >= sliceMs) return new Promise((resolve) => waiting.push(resolve));
      return undefined;
    },
  };
}
