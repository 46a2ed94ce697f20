import type { TargetKind } from "../../api/model.ts";
import { ApiError } from "../../kubernetes/client.ts";
import { resourceTypeOf, type WriteContext } from "./apply-target.ts";
import { controllerOf } from "./claim.ts";
import type { TargetObject } from "./desired.ts";
import { createdByAnnotation } from "./names.ts";
import type { ObservedTarget } from "./observation.ts";
import { observeTarget } from "./observe.ts";

/** A target that the ExternalValue named once and names no longer. */
export interface FormerTarget {
  readonly kind: TargetKind;
  readonly name: string;
  readonly uid: string;
}

export type RemovalResult = "deleted" | "released" | "absent" | "raced";

/**
 * Removes a former target, read fresh: what this ExternalValue controls is deleted; an Orphan stays, as its policy says;
 * of a merged one only our keys go. Preconditions are UID and resourceVersion, so that nothing is removed that has
 * changed hands meanwhile.
 */
export async function removeTarget(former: FormerTarget, context: WriteContext): Promise<RemovalResult> {
  const type = resourceTypeOf[former.kind];
  const ref = { namespace: context.owner.namespace, name: former.name };
  const object = await context.client.get<TargetObject>(type, ref);
  if (!object) return "absent";
  const observed = observeTarget(former.kind, object, context.fieldManager);
  if (observed.uid !== former.uid || observed.deleting) return "absent";
  try {
    if (controllerOf(observed)?.uid === context.owner.uid) {
      await context.client.delete(type, ref, { uid: observed.uid, resourceVersion: observed.resourceVersion });
      return "deleted";
    }
    if (observed.annotations[createdByAnnotation] === context.owner.name) return "released";
    await release(observed, context);
    return "released";
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return "raced";
    throw error;
  }
}

/** Gives up our keys of a merged target: an apply of nothing removes what only our manager holds. */
async function release(observed: ObservedTarget, context: WriteContext): Promise<void> {
  await context.client.apply(
    resourceTypeOf[observed.kind],
    {
      apiVersion: "v1",
      kind: observed.kind,
      metadata: {
        name: observed.name,
        namespace: context.owner.namespace,
        uid: observed.uid,
        resourceVersion: observed.resourceVersion,
      },
    },
    { fieldManager: context.fieldManager, force: true },
  );
}
