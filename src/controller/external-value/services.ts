import type { ExternalValueModel, TargetKind } from "../../api/model.ts";
import type { Subscriptions } from "../../aws/reader.ts";
import type { Turns } from "../../event-loop/turns.ts";
import type { KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import type { Logger } from "../../telemetry/logger.ts";
import type { Sandbox } from "../../values/contract.ts";
import type { Clock } from "../clock.ts";
import type { ControlledTarget } from "../controlled-targets.ts";
import type { Places } from "../queue/places.ts";
import type { RestartPace } from "../restart/pace.ts";
import type { StoreDirectory } from "../stores/directory.ts";
import type { Fingerprinter } from "../target/fingerprint.ts";

/** What the reconciler works with: all of it passed in. */
export interface Services {
  readonly client: KubernetesClient;
  readonly subscriptions: Subscriptions;
  readonly directory: StoreDirectory;
  readonly sandbox: Sandbox;
  readonly turns: Turns;
  /**
   * Lets visits that have read on to their targets. What they make there waits for the API server: of more than it answers
   * at a time, it waits for so long that the collector takes it for lasting.
   */
  readonly settling: Places;
  readonly fingerprinter: Fingerprinter;
  readonly clock: Clock;
  readonly random: () => number;
  readonly logger: Logger;
  readonly events: EventSink;
  readonly references: References;
  /** Undefined: workloads are not restarted, and a spec that asks for it is refused. */
  readonly restarts: { readonly pace: RestartPace } | undefined;
  /** Where the spec names no store. */
  readonly defaultStoreKind: "ValueStore" | "ClusterValueStore";
  /** Clock milliseconds when the process began. */
  readonly startedAt: number;
  /** How long after a first look that said so a second one must say that a value is gone, in milliseconds. */
  readonly secondLookMs: number;
  /** The longest that all reading for one resource may take, in milliseconds. */
  readonly gatherTimeoutMs: number;
  /** Whether this replica may still write for the resource. */
  owns(key: string): boolean;
  /** How many resources wait for their turn. */
  waiting(): number;
  /** The ExternalValue as watched. */
  find(key: string): KubernetesObject | undefined;
  /** A labelled target as the watch shows it, metadata only. */
  watchedTarget(kind: TargetKind, namespace: string, name: string): KubernetesObject | undefined;
  /** The labelled targets that the watches show as controlled by an owner of this uid. */
  controlledTargets(ownerUid: string): readonly ControlledTarget[];
}

/** Keeps which targets and stores an ExternalValue names, so that events about them find it. */
export interface References {
  set(key: string, model: ExternalValueModel): void;
  forget(key: string): void;
}

/** Records an Event about an ExternalValue; never fails and never waits. */
export interface EventSink {
  record(
    about: KubernetesObject,
    event: { readonly type: "Normal" | "Warning"; readonly reason: string; readonly message: string },
  ): void;
}
