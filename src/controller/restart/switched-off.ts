import type { Failure } from "../../api/conditions.ts";
import type { ExternalValueModel } from "../../api/model.ts";

/** Restarts need a right that an operator has only where its flag says so: a spec that asks for them is refused, not ignored. */
export function restartsSwitchedOff(model: ExternalValueModel): Failure | undefined {
  if (model.restart.length === 0) return undefined;
  return {
    reason: "SpecInvalid",
    message:
      "spec.restart must be left out: this operator runs without --enable-restarts; set restarts.enabled in its chart to allow it",
  };
}
