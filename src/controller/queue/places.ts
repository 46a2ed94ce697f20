import { createFairLines, type Line } from "./fair-lines.ts";

/** So many visits at a time; the others wait in the order of the work queue: people's first, and fair between namespaces. */
export interface Places {
  /** Resolves when there is a place for the key; the function it resolves to gives it back, once. One visit a key at a time. */
  enter(key: string, line: Line): Promise<() => void>;
}

export function createPlaces(count: number): Places {
  const lines = createFairLines();
  const waiting = new Map<string, (leave: () => void) => void>();
  let free = count;

  const leave = (): void => {
    const next = lines.take();
    const admit = next && waiting.get(next.key);
    if (!admit) {
      free += 1;
      return;
    }
    waiting.delete(next.key);
    admit(leave);
  };

  return {
    async enter(key, line) {
      if (free > 0) {
        free -= 1;
        return leave;
      }
      lines.add(key, line);
      return await new Promise((resolve) => waiting.set(key, resolve));
    },
  };
}
