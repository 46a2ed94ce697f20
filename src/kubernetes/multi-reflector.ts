import { createReflector, type ReflectorOptions } from "./create-reflector.ts";
import type { KubernetesObject } from "./objects.ts";
import type { Reflector } from "./reflector.ts";

/**
 * One reflector for each namespace, as one: a Role lets us list in a namespace but not across them. `undefined` or no
 * namespaces: all of them, by a single reflector.
 */
export function createMultiReflector<T extends KubernetesObject>(
  options: ReflectorOptions<T>,
  namespaces: readonly string[] | undefined,
): Reflector<T> {
  if (namespaces === undefined || namespaces.length === 0) return createReflector(options);
  const parts = [...new Set(namespaces)].map(
    (namespace) => [namespace, createReflector<T>({ ...options, query: { ...options.query, namespace } })] as const,
  );
  const byNamespace = new Map(parts);
  const reflectors = parts.map(([, reflector]) => reflector);

  function* values(): IterableIterator<T> {
    for (const reflector of reflectors) yield* reflector.values();
  }

  return {
    start() {
      for (const reflector of reflectors) reflector.start();
    },
    async stop() {
      await Promise.all(reflectors.map((reflector) => reflector.stop()));
    },
    async synced() {
      await Promise.all(reflectors.map((reflector) => reflector.synced()));
    },
    get hasSynced() {
      return reflectors.every((reflector) => reflector.hasSynced);
    },
    get: (key) => byNamespace.get(key.split("/", 1)[0] ?? "")?.get(key),
    values,
    get size() {
      return reflectors.reduce((sum, reflector) => sum + reflector.size, 0);
    },
    /** Of the one that has been silent for longest: a healthy neighbour hides nothing. */
    get lastSignOfLife() {
      return Math.min(...reflectors.map((reflector) => reflector.lastSignOfLife));
    },
  };
}
