import type { ExternalValueModel, TargetModel } from "../../api/model.ts";
import { stableJson } from "../target/fingerprint.ts";
import type { Conclusion } from "./conclude.ts";
import { targetsOf } from "./gather-targets.ts";
import type { StatusModel } from "./status-model.ts";

/**
 * Whether a status can be written behind those that wait: all is in order, and it tells nothing new but the UIDs and
 * versions of targets with the data of before. So of many targets that are deleted at once the next is made again before
 * this one is told of. Should the process end in between, such a target is known again without the status: by its
 * controller or by its maker's mark, and by its own count of changes. Where the UID in the status decides, it is told at
 * once: what is merged into carries no mark, and with Once it says what was written already. Pure.
 */
export function mayTellLater(
  model: ExternalValueModel,
  { status, inOrder }: Conclusion,
  { previous }: { readonly previous: StatusModel },
): boolean {
  if (!inOrder || model.refreshPolicy !== "Periodic" || !targetsOf(model).every(isMarked)) return false;
  // Most often nothing is new at all.
  if (stableJson(status.targets) === stableJson(previous.targets)) return false;
  return stableJson(withoutIdentities(status)) === stableJson(withoutIdentities(previous));
}

const isMarked = ({ creationPolicy }: TargetModel): boolean =>
  creationPolicy === "Owner" || creationPolicy === "Orphan";

function withoutIdentities(status: StatusModel): unknown {
  return { ...status, targets: status.targets.map(({ uid: _uid, resourceVersion: _version, ...row }) => row) };
}
