import { createHash } from "node:crypto";

/**
 * The shard, from 0 to `shards` − 1, that an object belongs to. Stable across versions and replicas for ever: replicas
 * that disagreed would both own an object, or neither.
 */
export function shardOf(namespace: string, name: string, shards: number): number {
  if (shards <= 1) return 0;
  // A namespace holds no slash, so no two objects make one text.
  const digest = createHash("sha256").update(`${namespace}/${name}`).digest();
  return digest.readUInt32BE(0) % shards;
}
