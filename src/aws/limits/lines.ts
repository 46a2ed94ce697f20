import type { Priority } from "../calls.ts";

/**
 * Those who wait, in lines: interactive ones first, but every tenth turn is a refresh's, so that a flood of new resources
 * does not stop all polling; and within a priority the stores take turns, so that a large one does not hold up the rest.
 */
export interface Lines<T> {
  /** Returns a function that takes the entry out again; it says whether the entry was still waiting. */
  add(entry: T, place: { readonly priority: Priority; readonly store: string }): () => boolean;
  next(): T | undefined;
  readonly size: number;
  readonly hasInteractive: boolean;
}

const interactiveInARow = 9;

/** Empty lines. */
export function createLines<T>(): Lines<T> {
  const interactive = createTurns<T>();
  const refresh = createTurns<T>();
  let inARow = 0;
  return {
    add: (entry, { priority, store }) => (priority === "interactive" ? interactive : refresh).add(entry, store),
    next() {
      const refreshIsDue = inARow >= interactiveInARow && refresh.size > 0;
      if (interactive.size > 0 && !refreshIsDue) {
        inARow += 1;
        return interactive.next();
      }
      inARow = 0;
      return refresh.next();
    },
    get size() {
      return interactive.size + refresh.size;
    },
    get hasInteractive() {
      return interactive.size > 0;
    },
  };
}

interface Turns<T> {
  add(entry: T, store: string): () => boolean;
  next(): T | undefined;
  readonly size: number;
}

/** A line per store; the map's order is the order of turns. */
function createTurns<T>(): Turns<T> {
  const lines = new Map<string, Set<{ readonly entry: T }>>();
  let size = 0;

  function remove(store: string, place: { readonly entry: T }): boolean {
    const line = lines.get(store);
    if (line?.delete(place) !== true) return false;
    size -= 1;
    if (line.size === 0) lines.delete(store);
    return true;
  }

  return {
    add(entry, store) {
      const place = { entry };
      const line = lines.get(store);
      if (line === undefined) lines.set(store, new Set([place]));
      else line.add(place);
      size += 1;
      return () => remove(store, place);
    },
    next() {
      for (const [store, line] of lines) {
        for (const place of line) {
          // To the end of the turns.
          lines.delete(store);
          lines.set(store, line);
          remove(store, place);
          return place.entry;
        }
      }
      return undefined;
    },
    get size() {
      return size;
    },
  };
}
