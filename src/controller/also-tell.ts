import type { KubernetesObject } from "../kubernetes/objects.ts";
import type { ReflectorHandler } from "../kubernetes/reflector.ts";

/** One handler out of two, for what two parts want to know. */
export function alsoTell(
  first: ReflectorHandler<KubernetesObject>,
  second: ReflectorHandler<KubernetesObject>,
): ReflectorHandler<KubernetesObject> {
  return {
    changed(key, object, previous) {
      first.changed(key, object, previous);
      second.changed(key, object, previous);
    },
    deleted(key, last) {
      first.deleted(key, last);
      second.deleted(key, last);
    },
  };
}
