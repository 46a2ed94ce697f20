import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { pipeline } from "node:stream/promises";

/** Answers one path. */
export type Route = () => Promise<RouteAnswer>;

export interface RouteAnswer {
  readonly status: number;
  readonly contentType: string;
  /** One that fails on the way breaks the answer off, so that nobody takes it for whole. */
  readonly body: string | AsyncIterable<string>;
}

export interface HttpServer {
  /** The port it listens on, also where 0 was asked for. */
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves GET on a few fixed paths. `bindAddress` as in Go: `:8080`, `127.0.0.1:8080`, `[::1]:8080`.
 * Rejects when the address cannot be bound or is malformed.
 */
export async function serveRoutes(bindAddress: string, routes: Readonly<Record<string, Route>>): Promise<HttpServer> {
  const { host, port } = parseBindAddress(bindAddress);
  const server = createServer((request, response) => {
    const route = routes[(request.url ?? "").split("?")[0] ?? ""];
    if (!route) {
      response.writeHead(404).end();
      return;
    }
    route()
      .catch((): RouteAnswer => ({ status: 500, contentType: "text/plain", body: "internal error\n" }))
      .then(async ({ status, contentType, body }) => {
        response.writeHead(status, { "content-type": contentType });
        await pipeline(typeof body === "string" ? [body] : body, response);
      })
      // Whoever asked is gone, or sees an answer that breaks off.
      .catch(() => {});
  });
  await listen(server, host, port);
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** Takes `host:port` apart; throws a RangeError that names the text. */
export function parseBindAddress(text: string): { readonly host: string | undefined; readonly port: number } {
  const match = /^(?:\[([0-9a-fA-F:]+)\]|([^:\s]*)):(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (!match || port > 65_535) {
    throw new RangeError(`bind address "${text}" must be host:port or :port`);
  }
  return { host: match[1] || match[2] || undefined, port };
}

function listen(server: Server, host: string | undefined, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host, port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
