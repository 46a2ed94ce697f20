import type { ClusterObject } from "../test/support/cluster.ts";

/** A Secret or ConfigMap as the demo shows it: its keys and the sizes of their values, never a value. */
export function masked(object: ClusterObject): string {
  const sizes = new Map<string, number>();
  const isSecret = object.kind === "Secret";
  for (const [key, value] of Object.entries(object.data ?? {})) {
    sizes.set(key, Buffer.byteLength(value, isSecret ? "base64" : "utf8"));
  }
  for (const [key, value] of Object.entries(object.binaryData ?? {})) {
    sizes.set(key, Buffer.byteLength(value, "base64"));
  }
  const width = Math.max(0, ...[...sizes.keys()].map((key) => key.length));
  const rows = [...sizes].map(([key, size]) => `  ${key.padEnd(width)}  ********  (${size} bytes)`);
  return [`${object.kind}/${object.metadata.name}`, ...rows].join("\n");
}
