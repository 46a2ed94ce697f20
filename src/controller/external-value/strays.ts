import type { ExternalValueModel, TargetKind } from "../../api/model.ts";
import type { ControlledTarget } from "../controlled-targets.ts";
import { dataVersionAnnotation } from "../target/names.ts";
import type { Entry } from "./entry.ts";
import { targetsOf } from "./gather-targets.ts";
import type { Services } from "./services.ts";

/** A target that this ExternalValue controls by the watch, and that its spec does not name. */
export interface Stray {
  readonly kind: TargetKind;
  readonly name: string;
  readonly uid: string;
}

/**
 * Targets that the status need not know of: a process that made one may have ended before it could say so, and the spec
 * may name another by now. Looked up by the owner's uid in what is watched anyway; who really made it is asked at removal.
 */
export function straysOf(
  model: ExternalValueModel,
  { spared }: Pick<Entry, "spared">,
  { controlledTargets }: Pick<Services, "controlledTargets">,
): readonly Stray[] {
  const named = targetsOf(model);
  return controlledTargets(model.uid).flatMap(({ kind, object: { metadata } }) => {
    const { name, namespace, uid, annotations, deletionTimestamp } = metadata;
    if (namespace !== model.namespace || named.some((target) => target.kind === kind && target.name === name))
      return [];
    const isLeft = annotations?.[dataVersionAnnotation] !== undefined && deletionTimestamp === undefined;
    return uid !== undefined && isLeft && spared?.has(uid) !== true ? [{ kind, name, uid }] : [];
  });
}

/** Remembers those that are left alone, for as long as the watch shows them. */
export function rememberSpared(entry: Entry, spared: readonly Stray[], controlled: readonly ControlledTarget[]): void {
  if (entry.spared === undefined && spared.length === 0) return;
  const shown = new Set(controlled.map(({ object }) => object.metadata.uid));
  const uids = [...(entry.spared ?? []), ...spared.map(({ uid }) => uid)].filter((uid) => shown.has(uid));
  entry.spared = uids.length > 0 ? new Set(uids) : undefined;
}
