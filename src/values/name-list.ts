const mostNames = 10;
const longestName = 60;

/** Names for a message: sorted, at most ten, each cut at 60 characters, control characters shown as JSON escapes. */
export function listNames(names: Iterable<string>): string {
  const sorted = [...new Set(names)].sort();
  const shown = sorted.slice(0, mostNames).map(quoteName);
  const more = sorted.length - shown.length;
  return more > 0 ? `${shown.join(", ")} and ${more} more` : shown.join(", ");
}

/** A name as it may stand in a message or a status. */
export function quoteName(name: string): string {
  return JSON.stringify(name.length > longestName ? `${name.slice(0, longestName)}…` : name);
}
