import type { KubernetesClient } from "../kubernetes/client.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { EventSink } from "./external-value/services.ts";

export function createEventSink(
  _client: KubernetesClient,
  { logger }: { readonly logger: Logger; readonly identity: string },
): EventSink {
  return {
    record(about, event) {
      logger.info(
        { resource: `${about.metadata.namespace}/${about.metadata.name}`, reason: event.reason, type: event.type },
        event.message,
      );
    },
  };
}
