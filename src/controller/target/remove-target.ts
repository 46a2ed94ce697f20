import type { TargetKind } from "../../api/model.ts";
import { ApiError } from "../../kubernetes/client.ts";
import { resourceTypeOf, type WriteContext } from "./apply-target.ts";
import { controllerOf } from "./claim.ts";
import type { TargetObject } from "./desired.ts";
import { holdersBelow, isHeldByAlone } from "./managed-fields.ts";
import { createdByAnnotation, dataVersionAnnotation } from "./names.ts";
import type { ObservedTarget } from "./observation.ts";
import { observeTarget } from "./observe.ts";

/** A target that the ExternalValue named once and names no longer. */
export interface FormerTarget {
  readonly kind: TargetKind;
  readonly name: string;
  readonly uid: string;
  /** Made by somebody else, and only merged into. */
  readonly merged?: boolean;
  /** It is named, and deletionPolicy Delete lets it go: then an Orphan goes too. */
  readonly allGone: boolean;
  /** Known by its controller alone, which anybody's copy of a target has too: it goes only where we made it. */
  readonly isStray?: boolean;
}

/** `spared`: a stray that somebody else made. */
export type RemovalResult = "deleted" | "released" | "absent" | "raced" | "spared";

/**
 * Removes a former target, read fresh: what this ExternalValue controls is deleted; an Orphan that is named no longer
 * stays, as its policy says; of a merged one only our keys go. Preconditions are UID and resourceVersion, so that nothing is removed that has
 * changed hands meanwhile.
 */
export async function removeTarget(former: FormerTarget, context: WriteContext): Promise<RemovalResult> {
  const type = resourceTypeOf[former.kind];
  const ref = { namespace: context.owner.namespace, name: former.name };
  const object = await context.client.get<TargetObject>(type, ref);
  if (!object) return "absent";
  const observed = observeTarget(former.kind, object, context.fieldManager);
  if (observed.deleting || !isFormer(observed, former, context)) return "absent";
  const leaves = former.isStray === true ? leftAlone(object, context) : undefined;
  if (leaves) return leaves;
  try {
    return await removeObserved(observed, former, context);
  } catch (error) {
    if (error instanceof ApiError && error.status === 409) return "raced";
    throw error;
  }
}

/** A stray that was let go of since the watch showed it is its user's now. */
function leftAlone(object: TargetObject, context: WriteContext): "absent" | "spared" | undefined {
  const { ownerReferences = [] } = object.metadata;
  if (controllerOf({ ownerReferences })?.uid !== context.owner.uid) return "absent";
  return isMadeByUs(object, context) ? undefined : "spared";
}

/** Made again since the status was written, it is known by its controller, since nobody else is given our UID, or by our mark. */
function isFormer(observed: ObservedTarget, former: FormerTarget, { owner }: WriteContext): boolean {
  if (observed.uid === former.uid || controllerOf(observed)?.uid === owner.uid) return true;
  return former.merged !== true && observed.annotations[createdByAnnotation] === owner.name;
}

/** Its count of changes is held by our field manager, and by nobody else. */
function isMadeByUs({ metadata }: TargetObject, { fieldManager }: WriteContext): boolean {
  const holders = holdersBelow(metadata.managedFields ?? [], ["metadata", "annotations"]);
  return isHeldByAlone(holders.get(dataVersionAnnotation), fieldManager);
}

async function removeObserved(
  observed: ObservedTarget,
  former: FormerTarget,
  context: WriteContext,
): Promise<"deleted" | "released"> {
  const { uid, resourceVersion, name } = observed;
  const isOrphan = observed.annotations[createdByAnnotation] === context.owner.name;
  // Its mark may have been edited away: then the status knows it.
  const isOurs = isOrphan || (uid === former.uid && former.merged !== true);
  if (controllerOf(observed)?.uid === context.owner.uid || (former.allGone && isOurs)) {
    const ref = { namespace: context.owner.namespace, name };
    await context.client.delete(resourceTypeOf[observed.kind], ref, { uid, resourceVersion });
    return "deleted";
  }
  if (!isOrphan) await release(observed, context);
  return "released";
}

/**
 * An apply that no longer names a map at all removes the whole of it, with keys that no manager holds: those of a Secret
 * that was applied with `stringData` (tried on 1.36). So the maps are named, and empty.
 */
const emptyData = (kind: TargetKind): Pick<TargetObject, "data" | "binaryData"> =>
  kind === "Secret" ? { data: {} } : { data: {}, binaryData: {} };

/**
 * Gives up our keys of a merged target: an apply of nothing removes what only our manager has applied. What it holds by
 * a creating POST stays, and is removed by a patch.
 */
async function release(former: ObservedTarget, context: WriteContext): Promise<void> {
  const { client, owner, fieldManager } = context;
  const type = resourceTypeOf[former.kind];
  const ref = { namespace: owner.namespace, name: former.name };
  const left = await client.apply<TargetObject>(
    type,
    {
      apiVersion: "v1",
      kind: former.kind,
      metadata: { ...ref, uid: former.uid, resourceVersion: former.resourceVersion, labels: {}, annotations: {} },
      ...emptyData(former.kind),
    },
    { fieldManager, force: true },
  );
  const observed = observeTarget(former.kind, left, fieldManager);
  const patch = ownPatch(observed, left, fieldManager);
  if (!patch) return;
  const { uid, resourceVersion } = observed;
  await client.mergePatch(
    type,
    ref,
    { ...patch, metadata: { ...patch.metadata, uid, resourceVersion } },
    { fieldManager },
  );
}

/** Takes away everything that our manager alone holds. */
function ownPatch(observed: ObservedTarget, object: TargetObject, fieldManager: string) {
  const own = (fields: object | undefined): string[] =>
    Object.keys(fields ?? {}).filter((key) => isHeldByAlone(observed.keyManagers.get(key), fieldManager));
  const data = own(object.data);
  const binaryData = own(object.binaryData);
  const annotations = [...observed.ownAnnotations];
  if (data.length + binaryData.length + observed.ownLabels.size + annotations.length === 0) return undefined;
  return {
    metadata: { labels: nulls([...observed.ownLabels]), annotations: nulls([...annotations, dataVersionAnnotation]) },
    data: nulls(data),
    ...(binaryData.length > 0 ? { binaryData: nulls(binaryData) } : {}),
  };
}

const nulls = (names: readonly string[]): Record<string, null> => Object.fromEntries(names.map((name) => [name, null]));
