import { readFileSync } from "node:fs";
import type { Connection } from "./kubeconfig.ts";

/** What one run of the end-to-end and fault suites shares: a control plane and two emulators. */
export interface SharedEnvironment {
  /** As cluster-admin. */
  readonly admin: Connection;
  /** Path of a kubeconfig for the admin. */
  readonly adminKubeconfig: string;
  /** Path of the API server's audit log; undefined on a cluster that is not ours (kind). */
  readonly auditLog: string | undefined;
  /** On kind: the operator's image, which then runs as a pod. Undefined: it runs as a process here. */
  readonly image?: string;
  readonly motoUrl: string;
  readonly ministackUrl: string;
}

/** Names the file in which the run's addresses stand (global-setup.ts). */
export const sharedEnvironmentVariable = "EXTERNAL_VALUES_TEST_ENVIRONMENT";

/** The environment that this run of jest was given. Throws outside the e2e and faults projects. */
export function sharedEnvironment(): SharedEnvironment {
  const file = process.env[sharedEnvironmentVariable];
  if (file === undefined) {
    throw new Error(`${sharedEnvironmentVariable} is not set: run this suite by "make e2e" or "make faults"`);
  }
  return JSON.parse(readFileSync(file, "utf8"));
}
