import type { EventRecorder } from "../kubernetes/events/event-recorder.ts";
import type { KubernetesObject } from "../kubernetes/objects.ts";
import { apiVersionOf, resourceTypes } from "../kubernetes/resource-types.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { EventSink } from "./external-value/services.ts";

/** Sends what happened to an ExternalValue to the cluster's Events, and to the log. Names and counts, never a value. */
export function createEventSink(recorder: EventRecorder, logger: Logger): EventSink {
  return {
    record(about, { type, reason, message }) {
      const { namespace, name } = about.metadata;
      logger.info({ resource: `${namespace}/${name}`, reason, type }, message);
      recorder.record({ regarding: regardingOf(about), type, reason, action: "Reconcile", note: message });
    },
  };
}

function regardingOf({ apiVersion, kind, metadata }: KubernetesObject) {
  const { name, namespace, uid = "", resourceVersion } = metadata;
  return {
    apiVersion: apiVersion ?? apiVersionOf(resourceTypes.externalValues),
    kind: kind ?? "ExternalValue",
    name,
    uid,
    ...(namespace === undefined ? {} : { namespace }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
  };
}
