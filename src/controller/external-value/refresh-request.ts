import type { ExternalValueModel } from "../../api/model.ts";
import type { StatusModel } from "./status-model.ts";

// The CRD bounds the echo in the status; an annotation may be longer.
const longestEcho = 1_024;

/** The value of the refresh annotation as the status repeats it. */
export function refreshEcho({ refreshRequest }: ExternalValueModel): string | undefined {
  return refreshRequest?.slice(0, longestEcho);
}

/** Whether the refresh that the annotation asks for was made. None asked for: nothing to make. */
export function isHandled(model: ExternalValueModel, { lastHandledRefresh }: StatusModel): boolean {
  const asked = refreshEcho(model);
  return asked === undefined || asked === lastHandledRefresh;
}
