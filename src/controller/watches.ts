import type { TargetKind } from "../api/model.ts";
import type { KubernetesClient } from "../kubernetes/client.ts";
import type { ReflectorOptions } from "../kubernetes/create-reflector.ts";
import { createMultiReflector } from "../kubernetes/multi-reflector.ts";
import type { KubernetesObject, ResourceType } from "../kubernetes/objects.ts";
import type { Reflector, ReflectorHandler } from "../kubernetes/reflector.ts";
import { resourceTypes } from "../kubernetes/resource-types.ts";
import type { Logger } from "../telemetry/logger.ts";
import type { Clock } from "./clock.ts";
import { createReceived } from "./external-value/received.ts";
import { managedLabel } from "./target/names.ts";

/** Everything that the operator watches. */
export interface Watches {
  readonly externalValues: Reflector<KubernetesObject>;
  readonly valueStores: Reflector<KubernetesObject>;
  /** Undefined in a namespaced install: a Role cannot read cluster-scoped kinds. */
  readonly clusterValueStores: Reflector<KubernetesObject> | undefined;
  readonly clusterExternalValues: Reflector<KubernetesObject> | undefined;
  readonly namespaces: Reflector<KubernetesObject> | undefined;
  /** Labelled targets, metadata only: no data of any Secret is held. */
  readonly targets: Readonly<Record<TargetKind, Reflector<KubernetesObject>>>;
}

export interface WatchHandlers {
  readonly externalValues: ReflectorHandler<KubernetesObject>;
  readonly clusterExternalValues: ReflectorHandler<KubernetesObject>;
  readonly stores: ReflectorHandler<KubernetesObject>;
  readonly namespaces: ReflectorHandler<KubernetesObject>;
  target(kind: TargetKind): ReflectorHandler<KubernetesObject>;
}

/** Told of everything that a watch's loop does, for metrics and liveness. */
export type WatchObserver = (kind: string, what: "listed" | "closed" | "failed", reason: string) => void;

export interface WatchOptions {
  readonly client: KubernetesClient;
  readonly namespaces: readonly string[] | undefined;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly observe: WatchObserver;
}

/** Makes the reflectors; `allOf` starts them. */
export function createWatches(options: WatchOptions, handlers: WatchHandlers): Watches {
  const { client, namespaces, logger, clock, observe } = options;
  const reflect = (
    type: ResourceType,
    handler: ReflectorHandler<KubernetesObject>,
    { query = {}, ...more }: Pick<ReflectorOptions<KubernetesObject>, "query" | "transform"> = {},
  ) =>
    createMultiReflector<KubernetesObject>(
      {
        ...{ client, type, query, handler, logger, clock, ...more },
        observe: (what, reason) => observe(type.kind, what, reason),
      },
      type.namespaced ? namespaces : undefined,
    );
  const targets = { query: { labelSelector: `${managedLabel}=true`, metadataOnly: true } };
  const clusterWide = namespaces === undefined;
  return {
    externalValues: reflect(resourceTypes.externalValues, handlers.externalValues, { transform: createReceived() }),
    valueStores: reflect(resourceTypes.valueStores, handlers.stores),
    clusterValueStores: clusterWide ? reflect(resourceTypes.clusterValueStores, handlers.stores) : undefined,
    clusterExternalValues: clusterWide
      ? reflect(resourceTypes.clusterExternalValues, handlers.clusterExternalValues)
      : undefined,
    namespaces: clusterWide
      ? reflect(resourceTypes.namespaces, handlers.namespaces, { query: { metadataOnly: true } })
      : undefined,
    targets: {
      Secret: reflect(resourceTypes.secrets, handlers.target("Secret"), targets),
      ConfigMap: reflect(resourceTypes.configMaps, handlers.target("ConfigMap"), targets),
    },
  };
}

/** The reflectors by name, for starting, metrics and liveness. */
export function allOf(watches: Watches): readonly (readonly [string, Reflector<KubernetesObject>])[] {
  const { externalValues, valueStores, clusterValueStores, clusterExternalValues, namespaces, targets } = watches;
  const optional = (name: string, reflector: Reflector<KubernetesObject> | undefined) =>
    reflector ? [[name, reflector] as const] : [];
  return [
    ["ExternalValue", externalValues],
    ["ValueStore", valueStores],
    ...optional("ClusterValueStore", clusterValueStores),
    ...optional("ClusterExternalValue", clusterExternalValues),
    ...optional("Namespace", namespaces),
    ["Secret", targets.Secret],
    ["ConfigMap", targets.ConfigMap],
  ];
}
