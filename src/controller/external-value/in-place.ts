import type { ExternalValueModel, TargetModel } from "../../api/model.ts";
import { type Entry, targetEntry } from "./entry.ts";
import { isSuspect, targetsOf } from "./gather-targets.ts";
import { isHandled } from "./refresh-request.ts";
import type { Services } from "./services.ts";
import { hasCondition, type StatusModel } from "./status-model.ts";
import { straysOf } from "./strays.ts";
import { hasTemplateSources } from "./template-sources.ts";

/**
 * Without a timer, what stands as the status says needs no look at AWS: with Once for good, with OnChange when the process
 * begins, since from then on events tell (api.md, "Once", "OnChange"). Remembers the targets, so that drift is seen.
 */
export function isInPlace(model: ExternalValueModel, entry: Entry, previous: StatusModel, services: Services): boolean {
  const { refreshPolicy } = model;
  if (refreshPolicy === "Periodic" || (refreshPolicy === "OnChange" && !isFirstLook(model, entry))) return false;
  if (previous.observedGeneration !== model.generation || !isHandled(model, previous)) return false;
  if (!isInOrder(model, previous)) return false;
  const targets = targetsOf(model);
  if (previous.targets.length !== targets.length || straysOf(model, entry, services).length > 0) return false;
  return targets.every((target) => standsAsLeft(target, { model, entry, previous, services }));
}

function isFirstLook(model: ExternalValueModel, entry: Entry): boolean {
  return targetsOf(model).every(({ kind, name }) => {
    const { memo, left } = targetEntry(entry, kind, name);
    return memo === undefined && left === undefined;
  });
}

function isInOrder(model: ExternalValueModel, status: StatusModel): boolean {
  const { restarts = [], dataVersion } = status;
  const restarted = restarts.every((row) => row.dataVersion === dataVersion);
  if (!hasCondition(status, "Ready", "True") || (model.restart.length > 0 && !restarted)) return false;
  // The sources of templates are not watched, and may have changed while nobody looked.
  return model.refreshPolicy === "Once" || (!hasCondition(status, "Degraded", "True") && !hasTemplateSources(model));
}

interface Look {
  readonly model: ExternalValueModel;
  readonly entry: Entry;
  readonly previous: StatusModel;
  readonly services: Services;
}

function standsAsLeft({ kind, name }: TargetModel, { model, entry, previous, services }: Look): boolean {
  const row = previous.targets.find((known) => known.kind === kind && known.name === name);
  const target = targetEntry(entry, kind, name);
  if (!row) return false;
  if (target.memo?.uid === row.uid && !isSuspect(target)) return true;
  const { uid, resourceVersion } = services.watchedTarget(kind, model.namespace, name)?.metadata ?? {};
  if (uid !== row.uid || resourceVersion === undefined) return false;
  if (model.refreshPolicy !== "Once" && resourceVersion !== row.resourceVersion) return false;
  target.left = { uid, resourceVersion };
  return true;
}
