/**
 * How many of the shards one member should hold: all members together hold each exactly once, and no two differ by more
 * than one. Members that see the same list come to the same result without a word.
 */
export function fairShare(identity: string, members: readonly string[], shards: number): number {
  const ordered = [...new Set([...members, identity])].sort();
  const rank = ordered.indexOf(identity);
  const rest = shards % ordered.length;
  return Math.floor(shards / ordered.length) + (rank < rest ? 1 : 0);
}
