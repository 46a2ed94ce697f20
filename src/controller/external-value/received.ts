import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { dropBallast } from "../../kubernetes/received.ts";
import { createSharedTexts } from "../../kubernetes/shared-texts.ts";
import type { ValueRow } from "./status-model.ts";

/**
 * What is kept of an ExternalValue that a watch brought. All rows of a status that were read through one store have the
 * same origin: some 70 bytes a key.
 */
export function createReceived(): <T extends KubernetesObject>(object: T) => T {
  const share = createSharedTexts();
  return (object) => {
    const kept = dropBallast(object);
    const { status } = kept as { readonly status?: { readonly values?: readonly ValueRow[] } };
    for (const row of status?.values ?? []) {
      // In place: it was just parsed, and is nobody else's.
      if (row.origin !== undefined) Object.assign(row, { origin: share(row.origin) });
    }
    return kept;
  };
}
