import type { IncomingMessage, ServerResponse } from "node:http";
import type { ApiFault, ApiProxyEntry } from "./api-faults.ts";
import { listKey } from "./api-target.ts";
import { cut, pause, readBody } from "./listener.ts";
import { type EventNumbers, passWatch, statusObject } from "./watch-stream.ts";

/** Lists as they were answered, by question, oldest first. */
export interface Snapshots {
  record(key: string, body: Buffer): void;
  get(key: string, snapshot: number): Buffer | undefined;
}

/** Snapshots kept of each question. */
const mostSnapshots = 50;

export function createSnapshots(): Snapshots {
  const lists = new Map<string, Buffer[]>();
  return {
    record(key, body) {
      const known = lists.get(key) ?? [];
      if (!known.at(-1)?.equals(body)) {
        known.push(body);
      }
      lists.set(key, known.slice(-mostSnapshots));
    },
    get: (key, snapshot) => lists.get(key)?.at(snapshot),
  };
}

export interface ApiExchange {
  readonly entry: ApiProxyEntry;
  readonly response: ServerResponse;
  readonly snapshots: Snapshots;
  /** The client's Accept header: metadata and whole objects are different questions. */
  readonly accept: string;
  readonly numbers: EventNumbers;
  forward(): Promise<IncomingMessage>;
  /** Awaited when the API server has answered and before the client hears of it. */
  tookEffect(): Promise<void>;
  onEvent(): void;
}

/** Answers the client, as the API server does or as the fault says. */
export async function answerWith(exchange: ApiExchange, fault: ApiFault | undefined): Promise<void> {
  switch (fault?.kind) {
    case "cutBeforeForwarding":
      cut(exchange.response);
      return;
    case "hang":
      return;
    case "status":
      sendStatus(exchange, fault);
      return;
    case "delay":
      await pause(fault.milliseconds, exchange.response);
      await pass(exchange, undefined);
      return;
    case "cutAfterForwarding":
      await cutAfterForwarding(exchange);
      return;
    case "replayList":
      await replay(exchange, fault.snapshot);
      return;
    default:
      await pass(exchange, fault);
  }
}

async function pass(exchange: ApiExchange, fault: ApiFault | undefined): Promise<void> {
  const { entry, response, numbers, onEvent } = exchange;
  const incoming = await exchange.forward();
  entry.status = incoming.statusCode ?? 0;
  if (entry.verb === "watch" && incoming.statusCode === 200) {
    await exchange.tookEffect();
    await passWatch(incoming, response, { fault, numbers, onEvent });
    incoming.destroy();
    return;
  }
  const body = await readBody(incoming);
  await exchange.tookEffect();
  if (entry.verb === "list" && incoming.statusCode === 200) {
    exchange.snapshots.record(listKey(entry.path, exchange.accept), body);
  }
  const { "transfer-encoding": _chunked, connection: _connection, ...headers } = incoming.headers;
  response.writeHead(incoming.statusCode ?? 502, { ...headers, "content-length": body.length }).end(body);
}

async function cutAfterForwarding(exchange: ApiExchange): Promise<void> {
  const incoming = await exchange.forward();
  exchange.entry.status = incoming.statusCode ?? 0;
  await readBody(incoming);
  await exchange.tookEffect();
  cut(exchange.response);
}

/** Without a recorded list the true one is passed. */
async function replay(exchange: ApiExchange, snapshot: number): Promise<void> {
  const { entry, response, snapshots, accept } = exchange;
  const body = entry.verb === "list" ? snapshots.get(listKey(entry.path, accept), snapshot) : undefined;
  if (!body) {
    await pass(exchange, undefined);
    return;
  }
  entry.status = 200;
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
}

function sendStatus({ entry, response }: ApiExchange, fault: Extract<ApiFault, { kind: "status" }>): void {
  entry.status = fault.code;
  response.writeHead(fault.code, {
    "content-type": "application/json",
    ...(fault.retryAfterSeconds === undefined ? {} : { "retry-after": String(fault.retryAfterSeconds) }),
  });
  response.end(JSON.stringify(statusObject(fault.code, fault.reason, fault.message ?? fault.reason)));
}
