import type { ExternalValueModel } from "../../api/model.ts";
import { targetsOf } from "./gather-targets.ts";
import { hasTemplates } from "./select.ts";

/** Whether a visit may wait for what others wrote to be run: JMESPath expressions, and templates of any kind. */
export function usesSandbox(model: ExternalValueModel): boolean {
  return model.data.some(({ extract }) => extract.kind === "jmesPath") || targetsOf(model).some(hasTemplates);
}
