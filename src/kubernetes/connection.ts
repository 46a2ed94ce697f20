import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent, type RequestOptions as HttpsOptions } from "node:https";
import { createSecureContext } from "node:tls";
import type { KubeConfig } from "@kubernetes/client-node";
import { forgetCredentials } from "./kube-config.ts";

/** What a request needs besides itself. */
export interface Connection {
  readonly server: URL;
  readonly agent: HttpAgent;
  /** Authorization and impersonation. Holds credentials. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface Connections {
  current(): Promise<Connection>;
  /** After a 401: reads tokens and runs exec plugins anew. Resolves to whether the credentials are now others. */
  renew(refused: Connection): Promise<boolean>;
  close(): void;
}

// Resolving credentials reads files: often enough to see a rotated token or CA soon, too rarely to cost anything.
const rereadAfterMs = 15_000;
// Below the 60 s after which load balancers drop idle connections without a word.
const idleSocketMs = 50_000;
const keepAliveProbeMs = 30_000;

/** Keeps one pool of connections to the API server, rebuilt only when CA or client certificate change. */
export function createConnections(kubeConfig: KubeConfig, now: () => number): Connections {
  let source = kubeConfig;
  let agent: { readonly identity: string; readonly agent: HttpAgent } | undefined;
  let held: { readonly until: number; readonly connection: Promise<Connection> } | undefined;
  const server = serverOf(kubeConfig);

  async function read(): Promise<HttpsOptions> {
    const options: HttpsOptions = {};
    await source.applyToHTTPSOptions(options);
    return options;
  }

  async function resolve(): Promise<Connection> {
    let options = await read();
    const identity = tlsIdentity(options);
    if (agent !== undefined && agent.identity !== identity) {
      // The library keeps its first agent, with the CA and certificate of then.
      source = forgetCredentials(source);
      options = await read();
    }
    if (agent?.identity !== identity) agent = { identity, agent: createAgent(source, server, options) };
    return { server, agent: agent.agent, headers: headersOf(options) };
  }

  function current(): Promise<Connection> {
    if (held !== undefined && now() < held.until) return held.connection;
    const connection = resolve();
    held = { until: now() + rereadAfterMs, connection };
    connection.catch(() => {
      if (held?.connection === connection) held = undefined;
    });
    return connection;
  }

  return {
    current,
    async renew(refused) {
      const before = await current();
      if (before !== refused) return true;
      source = forgetCredentials(source);
      held = undefined;
      const after = await current();
      return after.headers["Authorization"] !== before.headers["Authorization"] || after.agent !== before.agent;
    },
    close: () => agent?.agent.destroy(),
  };
}

function serverOf(kubeConfig: KubeConfig): URL {
  const cluster = kubeConfig.getCurrentCluster();
  if (!cluster) {
    const context = kubeConfig.currentContext;
    const what = context ? `no cluster for its context ${context}` : "no current-context";
    throw new Error(`No cluster: the kubeconfig has ${what}; choose one with "kubectl config use-context NAME"`);
  }
  return new URL(cluster.server);
}

function createAgent(kubeConfig: KubeConfig, server: URL, options: HttpsOptions): HttpAgent {
  if (kubeConfig.getCurrentCluster()?.proxyUrl && options.agent instanceof HttpAgent) {
    // Only the library knows how to build the agents for its proxies; it leaves them without keep-alive.
    return Object.assign(options.agent, { keepAlive: true });
  }
  const { ca, cert, key, servername, rejectUnauthorized } = options;
  const lasting = { keepAlive: true, keepAliveMsecs: keepAliveProbeMs, timeout: idleSocketMs, noDelay: true };
  const probes = { keepAliveInitialDelay: keepAliveProbeMs };
  if (server.protocol === "http:") return new HttpAgent({ ...lasting, ...probes });
  // Made once: else each connection reads the certificates anew, and each request looks for its socket by their text.
  const secureContext = createSecureContext({ ca, cert, key });
  return new HttpsAgent({ ...lasting, ...probes, secureContext, servername, rejectUnauthorized });
}

function tlsIdentity({ ca, cert, key, servername, rejectUnauthorized }: HttpsOptions): string {
  return JSON.stringify([ca, cert, key].map(String).concat(String(servername), String(rejectUnauthorized)));
}

function headersOf(options: HttpsOptions): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(options.headers ?? {})) headers[name] = String(value).trim();
  if (options.auth) headers["Authorization"] = `Basic ${Buffer.from(options.auth).toString("base64")}`;
  return headers;
}
