/**
 * Two lines of keys, people's before refreshes, each fair between groups (namespaces): a group with 5,000 keys waiting
 * delays another group's one key by at most one turn. A key stands in one line at a time and at most once.
 */
export interface FairLines {
  /** Adds the key, or moves it to the interactive line; a key never moves back. */
  add(key: string, line: Line): void;
  /** The next key, or undefined when nothing waits. */
  take(): { readonly key: string; readonly line: Line } | undefined;
  remove(key: string): void;
  has(key: string): boolean;
  readonly size: number;
}

export type Line = "interactive" | "refresh";

/** One turn in this many goes to the refresh line, so that a stream of edits cannot starve it. */
const refreshTurn = 8;

/** `groupOf` tells the group of a key: the part before the slash. */
export function createFairLines(groupOf: (key: string) => string = namespaceOf): FairLines {
  const lines: Record<Line, RoundRobin> = { interactive: new Map(), refresh: new Map() };
  const lineOf = new Map<string, Line>();
  let turn = 0;

  const drop = (key: string): void => {
    const line = lineOf.get(key);
    if (line === undefined) return;
    lineOf.delete(key);
    const keys = lines[line].get(groupOf(key));
    keys?.delete(key);
    if (keys?.size === 0) lines[line].delete(groupOf(key));
  };

  return {
    add(key, line) {
      const present = lineOf.get(key);
      if (present === "interactive" || present === line) return;
      drop(key);
      lineOf.set(key, line);
      const group = groupOf(key);
      const keys = lines[line].get(group) ?? new Set();
      keys.add(key);
      lines[line].set(group, keys);
    },
    take() {
      turn = (turn + 1) % refreshTurn;
      const order: readonly Line[] = turn === 0 ? ["refresh", "interactive"] : ["interactive", "refresh"];
      for (const line of order) {
        const key = nextOf(lines[line]);
        if (key === undefined) continue;
        lineOf.delete(key);
        return { key, line };
      }
      return undefined;
    },
    remove: drop,
    has: (key) => lineOf.has(key),
    get size() {
      return lineOf.size;
    },
  };
}

/** Groups in order of their turn, each with its keys in order of arrival. */
type RoundRobin = Map<string, Set<string>>;

function nextOf(groups: RoundRobin): string | undefined {
  for (const [group, keys] of groups) {
    const [key] = keys;
    groups.delete(group);
    if (key === undefined) continue;
    keys.delete(key);
    // To the end of the round.
    if (keys.size > 0) groups.set(group, keys);
    return key;
  }
  return undefined;
}

/** The namespace of a `namespace/name` key. */
export function namespaceOf(key: string): string {
  return key.slice(0, Math.max(key.indexOf("/"), 0));
}
