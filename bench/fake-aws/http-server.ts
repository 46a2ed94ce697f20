import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type CommandAnswer, runCommand } from "./commands.ts";
import { type Handled, handle, type Service } from "./service.ts";

const controlPrefix = "/_fake/";

/** Serves the fake on 127.0.0.1; `POST /_fake/<command>` with a JSON body is the control API. */
export async function serve(service: Service, port: number): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const timers = new Set<NodeJS.Timeout>();
  const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
    readBody(request).then(
      (body) => answer(service, { request, response, body, timers }),
      () => response.destroy(),
    );
  });
  await listen(server, port);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () =>
      new Promise((resolve) => {
        for (const timer of timers) {
          clearTimeout(timer);
        }
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly body: string;
  readonly timers: Set<NodeJS.Timeout>;
}

function answer(service: Service, exchange: Exchange): void {
  const { request, response, body } = exchange;
  const path = request.url ?? "/";
  if (path.startsWith(controlPrefix)) {
    const result = safeCommand(service, path.slice(controlPrefix.length), body);
    response.writeHead(result.status, { "content-type": "application/json" }).end(JSON.stringify(result.body));
    return;
  }
  const handled = handle(service, { headers: request.headers, body });
  const delay = service.latencyMs + (handled.fault?.delayMs ?? 0);
  if (delay <= 0) {
    respond(response, handled);
    return;
  }
  const timer = setTimeout(() => {
    exchange.timers.delete(timer);
    respond(response, handled);
  }, delay);
  exchange.timers.add(timer);
}

function respond(response: ServerResponse, { answer: { status, contentType, body }, fault }: Handled): void {
  if (fault?.effect === "hang") {
    return;
  }
  if (fault?.effect === "reset") {
    response.socket?.resetAndDestroy();
    return;
  }
  response
    .writeHead(status, {
      "content-type": contentType,
      "content-length": Buffer.byteLength(body),
      "x-amzn-requestid": "00000000-0000-4000-8000-000000000000",
    })
    .end(body);
}

function safeCommand(service: Service, name: string, body: string): CommandAnswer {
  try {
    return { status: 200, body: runCommand(service, name, JSON.parse(body || "{}")) };
  } catch (error) {
    return { status: 400, body: { error: String(error) } };
  }
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen({ host: "127.0.0.1", port }, () => {
      server.off("error", reject);
      resolve();
    });
  });
}
