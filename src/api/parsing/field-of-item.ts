const fields = new Map<string, string[]>();

/** `spec.data[2]`: one text for all resources, of which each has as many as it has items. */
export function fieldOfItem(list: "spec.data" | "spec.dataFrom", index: number): string {
  const known = fields.get(list) ?? [];
  fields.set(list, known);
  known[index] ??= `${list}[${index}]`;
  return known[index];
}
