import type { Series } from "./event-series.ts";

/** Events that wait to be written, in order, at most so many. */
export interface EventQueue {
  /** Returns false where one had to be left out: a Normal rather than a Warning, and the new one rather than an older. */
  push(series: Series): boolean;
  shift(): Series | undefined;
}

export function createEventQueue(most: number): EventQueue {
  const waiting: Series[] = [];
  return {
    push(series) {
      if (waiting.length < most) {
        waiting.push(series);
        return true;
      }
      const normal = isWarning(series) ? waiting.findIndex((other) => !isWarning(other)) : -1;
      if (normal >= 0) {
        waiting.splice(normal, 1);
        waiting.push(series);
      }
      return false;
    },
    shift: () => waiting.shift(),
  };
}

function isWarning({ occurrence }: Series): boolean {
  return occurrence.type === "Warning";
}
