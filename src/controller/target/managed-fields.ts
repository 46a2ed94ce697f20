import type { ManagedFieldsEntry } from "../../kubernetes/objects.ts";

/**
 * Who holds the fields below a path, out of `managedFields` (Kubernetes documentation, "Server-Side Apply", field
 * management). An entry of an Update counts as well as one of an Apply.
 */
export function holdersBelow(
  entries: readonly ManagedFieldsEntry[],
  path: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const holders = new Map<string, string[]>();
  for (const entry of entries) {
    const manager = entry.manager ?? "";
    for (const field of fieldsBelow(entry.fieldsV1, path)) {
      const present = holders.get(field) ?? [];
      if (!present.includes(manager)) holders.set(field, [...present, manager]);
    }
  }
  return holders;
}

/** Whether this manager holds a field, and nobody else: without it, the field would not be there. */
export function isHeldByAlone(holders: readonly string[] | undefined, manager: string): boolean {
  return holders !== undefined && holders.length > 0 && holders.every((holder) => holder === manager);
}

function fieldsBelow(fields: unknown, path: readonly string[]): string[] {
  let node = fields;
  for (const step of path) {
    node = isRecord(node) ? node[`f:${step}`] : undefined;
  }
  if (!isRecord(node)) return [];
  return Object.keys(node).flatMap((name) => (name.startsWith("f:") ? [name.slice(2)] : []));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
