import { createInterface } from "node:readline";
import { collectionPath, type TestRef } from "./api-paths.ts";
import { apiRequest, openRequest, readAll } from "./api-request.ts";
import type { ClusterObject, Until } from "./cluster.ts";
import type { Connection } from "./kubeconfig.ts";

interface WatchEvent {
  readonly type: string;
  readonly object: ClusterObject;
}

type Test = (object: ClusterObject | undefined) => boolean;

/**
 * Lists and watches one object until `test` is true of it (undefined: it is not there) and returns it. Fails with its
 * last state, values masked.
 */
export async function watchUntil(
  connection: Connection,
  ref: TestRef,
  test: Test,
  until: Until,
): Promise<ClusterObject | undefined> {
  const timeoutMs = until.timeoutMs ?? 30_000;
  const timeout = AbortSignal.timeout(timeoutMs);
  let last: ClusterObject | undefined;
  try {
    for await (const object of states(connection, ref, timeout)) {
      last = object;
      if (test(object)) return object;
    }
  } catch (error) {
    if (!timeout.aborted) throw error;
  }
  throw new Error(`waited ${timeoutMs / 1000} s for: ${until.what}; last: ${describe(last)}`);
}

/** The state now, then every later one; a watch that ends is begun again. */
async function* states(
  connection: Connection,
  ref: TestRef,
  signal: AbortSignal,
): AsyncGenerator<ClusterObject | undefined> {
  const path = await collectionPath(connection, ref, ref.namespace);
  const selector = `fieldSelector=${encodeURIComponent(`metadata.name=${ref.name}`)}`;
  while (!signal.aborted) {
    const list = await apiRequest<{ metadata: { resourceVersion: string }; items: ClusterObject[] }>(connection, {
      method: "GET",
      path: `${path}?${selector}`,
      signal,
    });
    yield list.items[0];
    yield* changes(
      connection,
      `${path}?watch=true&${selector}&resourceVersion=${list.metadata.resourceVersion}`,
      signal,
    );
  }
}

/** One watch connection, until it ends. */
async function* changes(
  connection: Connection,
  path: string,
  signal: AbortSignal,
): AsyncGenerator<ClusterObject | undefined> {
  const response = await openRequest(connection, { method: "GET", path, signal });
  if (response.statusCode !== 200) throw new Error(`watch refused: ${await readAll(response)}`);
  try {
    for await (const line of createInterface({ input: response })) {
      const event: WatchEvent = JSON.parse(line);
      if (event.type === "ERROR") return;
      yield event.type === "DELETED" ? undefined : event.object;
    }
  } finally {
    response.destroy();
  }
}

/** Keys without their values: the message of a failed test ends up in logs that the leak canary searches. */
function describe(object: ClusterObject | undefined): string {
  if (object === undefined) return "not there";
  const { managedFields: _, ...metadata } = object.metadata;
  const shown: Record<string, unknown> = { ...object, metadata };
  for (const field of ["data", "binaryData"] as const) {
    if (object[field] !== undefined) shown[field] = Object.keys(object[field]);
  }
  return JSON.stringify(shown);
}
