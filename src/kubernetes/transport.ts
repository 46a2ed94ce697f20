import { type ClientRequest, request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import { ApiError } from "./client.ts";
import type { Connection } from "./connection.ts";

export interface Outgoing {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Path and query, below the server's own base path. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Answer {
  readonly status: number;
  readonly retryAfter: string | undefined;
  readonly text: string;
}

export interface Limits {
  readonly signal?: AbortSignal;
  readonly timeoutMs: number;
}

/** One request and its whole answer. Rejects with an ApiError of status 0 where none came. */
export async function exchange(connection: Connection, outgoing: Outgoing, limits: Limits): Promise<Answer> {
  try {
    return await exchangeOnce(connection, outgoing, limits);
  } catch (error) {
    // The server closed an idle connection while the request was on its way: it never saw it. A create is not
    // repeated all the same, since its second answer could be AlreadyExists of the first.
    if (!(error instanceof StaleSocket) || outgoing.method === "POST") throw asApiError(error);
  }
  return exchangeOnce(connection, outgoing, limits).catch((error: unknown) => {
    throw asApiError(error);
  });
}

/** Sends a request and resolves with the answer's head; the caller reads the body or destroys it. */
export function open(connection: Connection, outgoing: Outgoing, limits: Limits): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const request = begin(connection, outgoing, limits, (error) => {
      clearTimeout(timer);
      reject(asApiError(error));
    });
    const timer = setTimeout(() => request.destroy(timedOut(limits)), limits.timeoutMs);
    request.on("response", (response) => {
      clearTimeout(timer);
      resolve(response);
    });
  });
}

/** The body of an answer, up to so many characters. */
export async function readText(response: IncomingMessage, limit: number): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) {
    text += String(chunk);
    if (text.length >= limit) break;
  }
  return text.slice(0, limit);
}

function exchangeOnce(connection: Connection, outgoing: Outgoing, limits: Limits): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error): void => {
      clearTimeout(timer);
      reject(error);
    };
    const request = begin(connection, outgoing, limits, fail);
    const timer = setTimeout(() => request.destroy(timedOut(limits)), limits.timeoutMs);
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", fail);
      response.on("end", () => {
        clearTimeout(timer);
        const retryAfter = response.headers["retry-after"];
        resolve({ status: response.statusCode ?? 0, retryAfter, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
  });
}

function begin(
  connection: Connection,
  outgoing: Outgoing,
  limits: Limits,
  fail: (error: Error) => void,
): ClientRequest {
  const { server, agent } = connection;
  const headers: Record<string, string | number> = { ...connection.headers, ...outgoing.headers };
  if (outgoing.body !== undefined) headers["Content-Length"] = Buffer.byteLength(outgoing.body);
  const request = (server.protocol === "http:" ? httpRequest : httpsRequest)({
    protocol: server.protocol,
    // Node wants an IPv6 address without the brackets that a URL has.
    hostname: server.hostname.replace(/^\[|\]$/g, ""),
    port: server.port,
    path: server.pathname.replace(/\/$/, "") + outgoing.path,
    method: outgoing.method,
    headers,
    agent,
    signal: limits.signal,
  });
  request.on("error", (error: NodeJS.ErrnoException) => {
    const stale = request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
    fail(stale ? new StaleSocket(error) : error);
  });
  request.end(outgoing.body);
  return request;
}

class StaleSocket extends Error {
  constructor(cause: Error) {
    super(cause.message, { cause });
  }
}

function timedOut(limits: Limits): ApiError {
  return new ApiError({ status: 0, reason: "Timeout", message: `No answer within ${limits.timeoutMs / 1000} s` });
}

function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const { name, message } = error as Partial<Error>;
  if (name === "AbortError") return new ApiError({ status: 0, reason: "Aborted", message: "Aborted" });
  const said = `The API server cannot be reached: ${message}`;
  return new ApiError({ status: 0, reason: "Unreachable", message: said, cause: error });
}
