/** What the flags of `external-values controller` say. */
export interface ControllerOptions {
  /** Undefined: all. Else Roles suffice, and cluster-scoped kinds are off. */
  readonly namespaces: readonly string[] | undefined;
  readonly allowOperatorIdentityInNamespaces: boolean;
  /** Whether `spec.restart` is carried out; it needs the right to patch workloads. */
  readonly restarts: boolean;
  readonly leaderElection: boolean;
  readonly shards: number;
  readonly lease: LeaseTimes;
  readonly controllerClass: string;
  readonly clusterName: string;
  /** Resources worked on at a time. */
  readonly concurrency: number;
  readonly valueCacheBytes: number;
  /** Milliseconds until a second look confirms that a value is gone; users are promised 60,000. */
  readonly secondLookMs: number;
  /** `:8080`; "0": off. */
  readonly metricsBindAddress: string;
  readonly healthProbeBindAddress: string;
  readonly version: string;
  /** This replica, in Leases and Events: the pod's name. */
  readonly identity: string;
  /** Where the Leases lie. */
  readonly ownNamespace: string;
  readonly sandboxWorkerUrl: URL;
}

/** Milliseconds. */
export interface LeaseTimes {
  readonly durationMs: number;
  readonly renewDeadlineMs: number;
  readonly retryPeriodMs: number;
}
