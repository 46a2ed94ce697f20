/** resourceVersions are decimal numbers that only grow (Kubernetes 1.35, "Comparable resource versions"). */
export function isNewer(one: string, other: string): boolean {
  return one.length === other.length ? one > other : one.length > other.length;
}
