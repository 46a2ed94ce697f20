import type { IncomingMessage } from "node:http";
import { Agent, request as httpsRequest } from "node:https";
import type { Connection } from "./kubeconfig.ts";

export interface ApiRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** With its query. */
  readonly path: string;
  readonly body?: unknown;
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

/** An answer of the API server other than 2xx. */
export class ApiServerError extends Error {
  override readonly name = "ApiServerError";
  readonly status: number;
  readonly reason: string;

  constructor(request: ApiRequest, status: number, body: string) {
    const answer = parseStatus(body);
    super(`${request.method} ${request.path}: ${status} ${answer.message}`);
    this.status = status;
    this.reason = answer.reason;
  }
}

const agents = new Map<string, Agent>();

function agentFor(connection: Connection): Agent {
  const known = agents.get(connection.certificateAuthority);
  if (known !== undefined) return known;
  const agent = new Agent({ keepAlive: true, ca: connection.certificateAuthority });
  agents.set(connection.certificateAuthority, agent);
  return agent;
}

/** Sends a request and returns the open answer, whatever its status. */
export function openRequest(connection: Connection, request: ApiRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const outgoing = httpsRequest(`${connection.url}${request.path}`, {
      method: request.method,
      agent: agentFor(connection),
      headers: {
        authorization: `Bearer ${connection.token}`,
        accept: "application/json",
        "user-agent": "external-values-bench",
        ...(body === undefined ? {} : { "content-type": request.contentType ?? "application/json" }),
      },
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    });
    outgoing.once("response", resolve);
    outgoing.once("error", reject);
    outgoing.end(body);
  });
}

// A stopped API server keeps its connections open: without an end of its own such a request would have none.
const answerMs = 60_000;

/** Sends a request and returns the parsed JSON of a 2xx answer (or its text where it is no JSON); else rejects. */
export async function apiRequest<T>(connection: Connection, request: ApiRequest): Promise<T> {
  const signal = request.signal ?? AbortSignal.timeout(answerMs);
  const response = await openRequest(connection, { ...request, signal });
  const text = await readAll(response);
  const status = response.statusCode ?? 0;
  if (status < 200 || status > 299) throw new ApiServerError(request, status, text);
  const isJson = response.headers["content-type"]?.startsWith("application/json") ?? false;
  return (isJson ? JSON.parse(text) : text) as T;
}

export async function readAll(response: IncomingMessage): Promise<string> {
  response.setEncoding("utf8");
  let text = "";
  for await (const chunk of response) text += chunk;
  return text;
}

function parseStatus(body: string): { readonly message: string; readonly reason: string } {
  try {
    const status: { message?: string; reason?: string } = JSON.parse(body);
    return { message: status.message ?? body, reason: status.reason ?? "" };
  } catch {
    return { message: body.slice(0, 500), reason: "" };
  }
}
