/** How much of the fault suites runs: `FAULTS=fast` is part of `make test`, `FAULTS=all` is `make faults`. */
export const isFull = process.env["FAULTS"] === "all";

/** One of two sizes of a test, by how much runs. */
export function sized<T>(fast: T, full: T): T {
  return isFull ? full : fast;
}

/** `count` of the items, spread evenly from the first to the last; all of them where there are no more. */
export function spread<T>(items: readonly T[], count: number): readonly T[] {
  if (items.length <= count) return items;
  if (count === 1) return items.slice(0, 1);
  const step = (items.length - 1) / (count - 1);
  return Array.from({ length: count }, (_, index) => items[Math.round(index * step)] as T);
}
