import { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { SSMClient } from "@aws-sdk/client-ssm";
import type { Endpoints } from "../../api/store-model.ts";
import type { Turns } from "../../event-loop/turns.ts";
import type { ServiceCalls } from "../calls.ts";
import type { Clock } from "../clock.ts";
import type { CredentialSource } from "../credentials/credentials.ts";
import type { CircuitRegistry } from "../limits/circuit-registry.ts";
import type { Limiter } from "../limits/limiter.ts";
import type { QuotaClass } from "../limits/quota-class.ts";
import type { AwsMetrics } from "../metrics.ts";
import { clientConfig } from "./client-config.ts";
import type { Connections } from "./connections.ts";
import { createGate } from "./gate.ts";
import { makeLean } from "./lean-client.ts";
import { operations } from "./operations.ts";
import { createParameterStoreCalls } from "./parameter-store-calls.ts";
import { createSecretsManagerCalls } from "./secrets-manager-calls.ts";

export interface ServiceCallsOptions {
  readonly region: string;
  /** Of the store, for its own region; leave them out for any other. */
  readonly endpoints?: Endpoints;
  readonly credentials: CredentialSource;
  /** The limiter of a class in the identity's account and this region; asked anew each time, since accounts are learnt. */
  readonly limiter: (quota: QuotaClass) => Limiter;
  readonly circuits: CircuitRegistry;
  readonly connections: Connections;
  readonly metrics: AwsMetrics;
  readonly clock: Clock;
  readonly turns?: Turns;
}

/**
 * The requests of one identity in one region. Made once and kept for the life of the process: the clients hold no socket
 * of their own, but endpoint and signing caches.
 */
export function createServiceCalls(options: ServiceCallsOptions): ServiceCalls {
  const { region, endpoints = {}, credentials, circuits, connections } = options;
  // `memoized` tells the SDK to ask each time: the memory for credentials is ours, so that refused ones can be dropped.
  const provider = Object.assign(() => credentials.get(), { memoized: true });
  const ssm = makeLean(
    new SSMClient({
      ...clientConfig({ region, endpoint: endpoints.parameterStore, connections }),
      credentials: provider,
    }),
  );
  const secretsManager = makeLean(
    new SecretsManagerClient({
      ...clientConfig({ region, endpoint: endpoints.secretsManager, connections }),
      credentials: provider,
    }),
  );
  const ends = { ssm: endpoints.parameterStore, secretsManager: endpoints.secretsManager };
  const gate = createGate({
    ...options,
    circuit: (service) =>
      circuits.circuit({ service, region, endpoint: service === "ssm" ? ends.ssm : ends.secretsManager }),
  });
  return {
    ...createParameterStoreCalls(ssm, gate),
    ...createSecretsManagerCalls(secretsManager, gate),
    admit: (operation, turn) => gate.admit(operations[operation], turn),
    close() {
      ssm.destroy();
      secretsManager.destroy();
    },
  };
}
