import type { Connections } from "./connections.ts";

/** What the clients of all services have in common. */
export interface ClientSettings {
  readonly region: string;
  /** Undefined: the SDK's own resolution, with AWS_ENDPOINT_URL*, FIPS and dual-stack from the environment. */
  readonly endpoint?: string | undefined;
  readonly connections: Connections;
}

/**
 * Settings of an SDK client. One attempt: the SDK's retries do not survive a storm, and ours are counted (see gate.ts).
 * `cacheMiddleware` composes the SDK's middleware once per command instead of once per request, which only works where
 * no options are passed to `send`: timeouts belong to the connections, aborting to the gate.
 */
export function clientConfig({ region, endpoint, connections }: ClientSettings): {
  readonly region: string;
  readonly endpoint?: string;
  readonly requestHandler: Connections["requestHandler"];
  readonly maxAttempts: 1;
  readonly retryMode: "standard";
  readonly cacheMiddleware: true;
  readonly useFipsEndpoint?: false;
  readonly useDualstackEndpoint?: false;
} {
  return {
    region,
    // The SDK refuses FIPS and dual-stack together with an endpoint: an endpoint that is named is taken as it is.
    ...(endpoint === undefined ? {} : { endpoint, useFipsEndpoint: false, useDualstackEndpoint: false }),
    requestHandler: connections.requestHandler,
    maxAttempts: 1,
    retryMode: "standard",
    cacheMiddleware: true,
  };
}
