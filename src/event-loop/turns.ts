import { nextTick } from "node:process";

/**
 * For so many milliseconds work may begin in one turn of the event loop: probes, watches, Leases and people's edits live on
 * the turns in between.
 */
const usualSliceMs = 4;

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
  /** Whether the present turn of the event loop has time left: what goes over many things takes another once it has not. */
  hasTime(): boolean;
}

export interface TurnsOptions {
  /** Milliseconds. */
  readonly now: () => number;
  /** Calls back in the next turn of the event loop. Default: setImmediate. */
  readonly nextTurn?: (callback: () => void) => void;
  /** Calls back once all promises that can go on have gone on. Default: process.nextTick out of a microtask. */
  readonly afterWork?: (callback: () => void) => void;
  /** How long work may begin in one turn. */
  readonly sliceMs?: number;
}

export function createTurns(options: TurnsOptions): Turns {
  const { now, nextTurn = setImmediate, afterWork = afterMicrotasks, sliceMs = usualSliceMs } = options;
  const waiting: (() => void)[] = [];
  /** When work first began in the present turn; undefined: in a turn without any so far. */
  let began: number | undefined;
  /** What was let in last has not shown yet how long it takes. */
  let isBusy = false;

  const begin = (): void => {
    began = now();
    nextTurn(() => {
      began = undefined;
      if (waiting.length === 0) return;
      begin();
      letIn();
    });
  };

  const letIn = (): void => {
    if (isBusy || isOver()) return;
    const next = waiting.shift();
    if (next === undefined) return;
    work();
    next();
  };

  /** One piece after the other: sixteen that ask at once would all find time left. */
  const work = (): void => {
    isBusy = true;
    afterWork(() => {
      isBusy = false;
      letIn();
    });
  };

  const isOver = (): boolean => began === undefined || now() - began >= sliceMs;

  return {
    take() {
      if (began === undefined) begin();
      if (waiting.length > 0 || isBusy || isOver()) return new Promise((resolve) => waiting.push(resolve));
      work();
      return undefined;
    },
    hasTime() {
      if (began === undefined) begin();
      return !isOver();
    },
  };
}

/** Node empties the queue of nextTick before that of promises: out of a promise it comes after all of those. */
function afterMicrotasks(callback: () => void): void {
  queueMicrotask(() => nextTick(callback));
}
