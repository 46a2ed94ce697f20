import { readFileSync } from "node:fs";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  type RequestListener,
  type ServerResponse,
} from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { join } from "node:path";
import { TLSSocket } from "node:tls";

/** PEM texts. With them the proxy speaks TLS to its client. */
export interface ServerIdentity {
  readonly key: string;
  readonly cert: string;
}

/** A server on 127.0.0.1 that can go down and come up again on the same port. */
export interface Listener {
  readonly url: string;
  /** Connections are cut and new ones refused. */
  down(): Promise<void>;
  up(): Promise<void>;
}

export async function listenOn(handler: RequestListener, identity?: ServerIdentity): Promise<Listener> {
  let port = 0;
  const create = () => (identity ? createHttpsServer({ ...identity }, handler) : createHttpServer(handler));
  let server: ReturnType<typeof create> | undefined;
  const sockets = new Set<Socket>();
  const listener = {
    get url() {
      return `${identity ? "https" : "http"}://127.0.0.1:${port}`;
    },
    down: () =>
      new Promise<void>((resolve) => {
        const closing = server;
        server = undefined;
        if (!closing) {
          resolve();
          return;
        }
        closing.close(() => resolve());
        // Those of which the server knows no request as well: in the middle of a handshake they would be waited for.
        for (const socket of sockets) socket.destroy();
      }),
    up: () =>
      new Promise<void>((resolve, reject) => {
        const opening = create();
        opening.keepAliveTimeout = 60_000;
        opening.on("connection", (socket: Socket) => {
          sockets.add(socket);
          socket.once("close", () => sockets.delete(socket));
        });
        opening.once("error", reject);
        opening.listen({ host: "127.0.0.1", port }, () => {
          opening.off("error", reject);
          port = (opening.address() as AddressInfo).port;
          server = opening;
          resolve();
        });
      }),
  };
  await listener.up();
  return listener;
}

export async function readBody(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks);
}

/** Ends the client's connection with a reset, as a crashed server or a broken path does. */
export function cut(response: ServerResponse): void {
  // Node resets plain sockets alone; under TLS a connection that ends without a farewell is as broken.
  if (response.socket instanceof TLSSocket) {
    response.socket.destroy();
    return;
  }
  response.socket?.resetAndDestroy();
}

/** Resolves after so many milliseconds, or at once when the client has gone. */
export function pause(milliseconds: number, response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    response.once("close", done);
    function done() {
      clearTimeout(timer);
      response.off("close", done);
      resolve();
    }
  });
}

/** The key pair that a kube-apiserver made for itself in `--cert-dir`: its clients trust a proxy that serves with it. */
export function apiServerIdentity(certificates: string): ServerIdentity {
  const read = (name: string) => readFileSync(join(certificates, name), "utf8");
  return { key: read("apiserver.key"), cert: read("apiserver.crt") };
}
