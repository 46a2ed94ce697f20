import type { ClusterObject } from "../../test/support/cluster.ts";
import type { ControlPlane } from "../../test/support/control-plane.ts";
import type { Work, WorkResource } from "./work.ts";

/**
 * What the benchmark has to know of an operator. A module that exports `adapter` of this type is given with
 * `--operator <file>`; adapters/external-values.ts is the default, bench/README.md tells how to write another.
 */
export interface OperatorAdapter {
  readonly name: string;
  /** A directory of CustomResourceDefinitions. */
  readonly customResourceDefinitions: string;
  /** How its requests to the API server are known in the audit log. */
  readonly isUserAgent: (userAgent: string) => boolean;
  readonly resource: { readonly apiVersion: string; readonly kind: string };
  readonly manifest: (resource: WorkResource) => ClusterObject;
  /** The status that stands for "ready", of about the size that the operator writes: for the bare writes. */
  readonly readyStatus: (resource: WorkResource) => unknown;
  readonly isReady: (object: ClusterObject) => boolean;
  /** Installs what it needs besides CRDs (rights, stores) and tells how it is started. */
  readonly install: (around: Surroundings) => Promise<OperatorCommand>;
}

export interface Surroundings {
  readonly controlPlane: ControlPlane;
  /** Endpoint of Parameter Store, Secrets Manager and STS. */
  readonly awsEndpoint: string;
  readonly work: Work;
  /** Parameter reads a second that AWS grants; undefined: as many as are asked for. */
  readonly quota: number | undefined;
  /** A directory of its own. */
  readonly directory: string;
}

/** How one process of the operator is started; it is stopped by SIGTERM. */
export interface OperatorCommand {
  readonly command: string;
  readonly args: readonly string[];
  /** The whole environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Its Prometheus page. Undefined: figures that only it can tell are left out. */
  readonly metricsUrl?: string;
  /** Answers 200 once it works. */
  readonly readyUrl?: string;
  /** When, by its output, it began to work: milliseconds since the epoch. */
  readonly worksFrom?: (output: string) => number | undefined;
}
