import type { ExternalValueModel } from "../../api/model.ts";
import type { Resolution } from "../stores/directory.ts";
import type { Sourced } from "./gather-values.ts";
import { isHandled } from "./refresh-request.ts";
import { missesStore, type StatusModel } from "./status-model.ts";

/**
 * Several operators may watch the same resources, each for the stores of its controller class. One of them serves a
 * resource, and says how it stands: that of the first store, in the order of the spec, that exists. Pure.
 */
export function isServedElsewhere(sourced: readonly Sourced[]): boolean {
  return sourced.find(({ resolution }) => !isMissing(resolution))?.resolution.kind === "foreign";
}

/**
 * Of a resource of which no store exists, nobody knows whose it is: whoever comes first says that stores are missing, and
 * the others leave it at that. Pure.
 */
export function isToldAlready(model: ExternalValueModel, sourced: readonly Sourced[], status: StatusModel): boolean {
  return (
    !model.suspend &&
    sourced.length > 0 &&
    sourced.every(({ resolution }) => isMissing(resolution)) &&
    status.observedGeneration === model.generation &&
    isHandled(model, status) &&
    missesStore(status)
  );
}

function isMissing(resolution: Resolution): boolean {
  return resolution.kind === "failed" && resolution.failure.reason === "StoreNotFound";
}
