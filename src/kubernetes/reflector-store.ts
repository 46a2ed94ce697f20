import type { KubernetesObject } from "./objects.ts";
import type { ReflectorHandler } from "./reflector.ts";

/** The local copy. Tells the handler of every difference, once. */
export interface ReflectorStore<T extends KubernetesObject> {
  readonly objects: ReadonlyMap<string, T>;
  /** Added or modified. A version that is already held says nothing. */
  put(object: T): void;
  remove(object: T): void;
  /** What is not among these keys is gone. */
  retain(keys: ReadonlySet<string>): void;
}

/** `namespace/name`, or `name` for a cluster-scoped kind. */
export function keyOf({ metadata }: KubernetesObject): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
}

/** `tell` runs a handler's call and keeps what it throws to itself. */
export function createReflectorStore<T extends KubernetesObject>(
  handler: ReflectorHandler<T>,
  tell: (call: () => void) => void,
): ReflectorStore<T> {
  const objects = new Map<string, T>();

  function drop(key: string, last: T): void {
    objects.delete(key);
    tell(() => handler.deleted(key, last));
  }

  return {
    objects,
    put(object) {
      const key = keyOf(object);
      let previous = objects.get(key);
      if (previous !== undefined && previous.metadata.uid !== object.metadata.uid) {
        // Deleted and made again while nobody watched: another object that has the name by chance.
        drop(key, previous);
        previous = undefined;
      }
      if (previous?.metadata.resourceVersion === object.metadata.resourceVersion && previous) return;
      objects.set(key, object);
      const before = previous;
      tell(() => handler.changed(key, object, before));
    },
    remove(object) {
      const key = keyOf(object);
      const held = objects.get(key);
      if (held !== undefined && held.metadata.uid === object.metadata.uid) drop(key, held);
    },
    retain(keys) {
      for (const [key, last] of [...objects]) if (!keys.has(key)) drop(key, last);
    },
  };
}
