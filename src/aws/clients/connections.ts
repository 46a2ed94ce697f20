import { readFileSync } from "node:fs";
import { Agent as HttpAgent } from "node:http";
import { Agent as HttpsAgent } from "node:https";
import { getCACertificates } from "node:tls";
import { NodeHttpHandler } from "@smithy/node-http-handler";
import type { Turns } from "../../event-loop/turns.ts";
import { inTurns } from "./in-turns.ts";
import { proxyEnvironment } from "./proxy-environment.ts";
import { withXmlErrors } from "./xml-errors.ts";

/** The sockets of the process: all clients share them, so that a host has one bounded pool, whoever asks. */
export interface Connections {
  /** For the SDK's clients. Destroying a client leaves it open. */
  readonly requestHandler: NodeHttpHandler;
  /** Closes all sockets. */
  close(): void;
}

export interface ConnectionOptions {
  /** `process.env`: HTTPS_PROXY, HTTP_PROXY, NO_PROXY and AWS_CA_BUNDLE count, here and nowhere else. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Milliseconds to a TCP and TLS connection. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Milliseconds from sending a request to its answer. Default 10,000: a batch takes some hundred. */
  readonly requestTimeoutMs?: number;
  /** Sockets to one host. Default 50: at 1,000 reads a second of 50 ms each, as many are in flight. */
  readonly maxSockets?: number;
  /** Each answer waits for its turn of the event loop. Default: none waits. */
  readonly turns?: Turns;
}

/**
 * Keep-alive connections with bounded sockets and timeouts. Proxies come from the environment; a private CA from
 * AWS_CA_BUNDLE here, in addition to those that Node knows (NODE_EXTRA_CA_CERTS among them).
 */
export function createConnections(options: ConnectionOptions): Connections {
  const { environment, connectTimeoutMs = 3000, requestTimeoutMs = 10_000, maxSockets = 50, turns } = options;
  const pool = {
    keepAlive: true,
    maxSockets,
    // All that were needed at a peak are worth keeping: a handshake costs more than an idle socket.
    maxFreeSockets: maxSockets,
    proxyEnv: proxyEnvironment(environment, process.versions.node),
  };
  const httpAgent = new HttpAgent(pool);
  const httpsAgent = new HttpsAgent({ ...pool, ...trustedAuthorities(environment["AWS_CA_BUNDLE"]) });
  const handler = new NodeHttpHandler({
    httpAgent,
    httpsAgent,
    connectionTimeout: connectTimeoutMs,
    requestTimeout: requestTimeoutMs,
    // Without it the SDK only warns.
    throwOnRequestTimeout: true,
    // Between two packets of an answer: a server that stalls in the middle is as gone as one that never answers.
    socketTimeout: requestTimeoutMs,
  });
  // The SDK destroys a client's handler with the client; this one belongs to the process.
  handler.destroy = () => undefined;
  const handle = withXmlErrors(handler.handle.bind(handler));
  handler.handle = turns === undefined ? handle : inTurns(handle, turns);
  return {
    requestHandler: handler,
    close() {
      httpAgent.destroy();
      httpsAgent.destroy();
    },
  };
}

function trustedAuthorities(bundle: string | undefined): { readonly ca?: string[] } {
  if (bundle === undefined || bundle === "") return {};
  return { ca: [...getCACertificates("default"), readFileSync(bundle, "utf8")] };
}
