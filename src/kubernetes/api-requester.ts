import type { IncomingMessage } from "node:http";
import type { KubeConfig } from "@kubernetes/client-node";
import type { Turns } from "../event-loop/turns.ts";
import { apiErrorOf } from "./api-failure.ts";
import { ApiError } from "./client.ts";
import type { Clock } from "./clock.ts";
import { type Connection, createConnections } from "./connection.ts";
import type { ResourceType } from "./objects.ts";
import { createRequestGate } from "./request-gate.ts";
import { resourceTypes } from "./resource-types.ts";
import { type Answer, exchange, type Limits, type Outgoing, open, readText } from "./transport.ts";

export type Verb = "get" | "list" | "watch" | "create" | "apply" | "patch" | "update" | "delete";

/** What was asked and how it ended. `status` 0: no answer came. */
export interface RequestFacts {
  readonly verb: Verb;
  readonly type: ResourceType;
  readonly status: number;
  /** From sending to the end of the answer; for a watch to its acceptance. Without the wait for a free place. */
  readonly durationMs: number;
}
export type RequestObserver = (facts: RequestFacts) => void;

export interface ApiRequest {
  readonly verb: Verb;
  readonly method: Outgoing["method"];
  readonly type: ResourceType;
  readonly path: string;
  readonly body?: object;
  readonly contentType?: string;
  readonly accept?: string;
  readonly signal?: AbortSignal | undefined;
}

export interface ApiRequester {
  /** Resolves to the parsed answer; rejects with an ApiError. */
  request<T>(request: ApiRequest): Promise<T>;
  /** Resolves to an accepted answer whose body is still to be read. */
  open(request: ApiRequest): Promise<IncomingMessage>;
  close(): void;
}

export interface ApiRequesterOptions {
  readonly kubeConfig: KubeConfig;
  readonly userAgent: string;
  readonly concurrency: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly turns: Turns;
  readonly observe: RequestObserver;
}

const longestErrorBody = 64 * 1_024;

export function createApiRequester(options: ApiRequesterOptions): ApiRequester {
  const { clock, timeoutMs, observe, turns } = options;
  const connections = createConnections(options.kubeConfig, clock.now);
  const gate = createRequestGate({ places: options.concurrency, now: clock.now });

  /** Calls `send` and, where the credentials were refused and others can be had, once more. */
  async function authenticated<T extends Answer>(send: (connection: Connection) => Promise<T>): Promise<T> {
    const connection = await connect();
    const answer = await send(connection);
    if (answer.status !== 401 || !(await connections.renew(connection).catch(() => false))) return answer;
    return send(await connect());
  }

  async function connect(): Promise<Connection> {
    try {
      return await connections.current();
    } catch (error) {
      const message = `No credentials for the API server: ${error instanceof Error ? error.message : String(error)}`;
      throw new ApiError({ status: 0, reason: "NoCredentials", message });
    }
  }

  async function measured<T extends Answer>({ verb, type }: ApiRequest, run: () => Promise<T>): Promise<T> {
    const started = clock.now();
    let status = 0;
    try {
      const answer = await run();
      status = answer.status;
      return answer;
    } finally {
      observe({ verb, type, status, durationMs: clock.now() - started });
    }
  }

  function limitsOf({ signal }: ApiRequest): Limits {
    return { timeoutMs, ...(signal ? { signal } : {}) };
  }

  async function send(request: ApiRequest): Promise<Answer> {
    const leave = await enter(request);
    try {
      await turn(request);
      const outgoing = outgoingOf(request, options.userAgent);
      return await measured(request, () =>
        authenticated((connection) => exchange(connection, outgoing, limitsOf(request))),
      );
    } finally {
      leave();
    }
  }

  /**
   * Leases pass by the queue: an operator with much to write must not lose its leadership to its own work. Events stand
   * behind the work that they tell of, but for warnings.
   */
  async function enter({ type, signal, body }: ApiRequest): Promise<() => void> {
    if (isLease(type)) return () => {};
    return gate.enter(signal, isEvent(type) && !isWarning(body)).catch((cause: unknown) => {
      throw new ApiError({ status: 0, reason: "Aborted", message: "Aborted", cause });
    });
  }

  /** Bursts of requests and of answers leave the event loop to others in between; Leases need not wait. */
  function turn({ type }: ApiRequest): Promise<void> | undefined {
    return isLease(type) ? undefined : turns.take();
  }

  return {
    async request<T>(request: ApiRequest) {
      const answer = await send(request);
      await turn(request);
      if (answer.status < 200 || answer.status > 299) throw apiErrorOf(answer, request.type, attemptOf(request));
      return parse<T>(answer.text, request);
    },

    async open(request) {
      const outgoing = outgoingOf(request, options.userAgent);
      const answer = await measured(request, () =>
        authenticated((connection) => openWatch(connection, outgoing, limitsOf(request))),
      );
      if (answer.response !== undefined) return answer.response;
      throw apiErrorOf(answer, request.type, attemptOf(request));
    },

    close: () => connections.close(),
  };
}

const isLease = (type: ResourceType): boolean => isOf(type, resourceTypes.leases);
const isEvent = (type: ResourceType): boolean => isOf(type, resourceTypes.events);
const isWarning = (body: object | undefined): boolean =>
  body !== undefined && "type" in body && body.type === "Warning";
const isOf = (type: ResourceType, { plural, group }: ResourceType): boolean =>
  type.plural === plural && type.group === group;

async function openWatch(connection: Connection, outgoing: Outgoing, limits: Limits) {
  const response = await open(connection, outgoing, limits);
  if (response.statusCode === 200) return { status: 200, retryAfter: undefined, text: "", response };
  // A body that breaks off, or never ends, still leaves the status.
  const timer = setTimeout(() => response.destroy(), limits.timeoutMs);
  const text = await readText(response, longestErrorBody).catch(() => "");
  clearTimeout(timer);
  const retryAfter = response.headers["retry-after"];
  return { status: response.statusCode ?? 0, retryAfter, text, response: undefined };
}

function outgoingOf(request: ApiRequest, userAgent: string): Outgoing {
  const headers = { Accept: request.accept ?? "application/json", "User-Agent": userAgent };
  if (request.body === undefined) return { method: request.method, path: request.path, headers };
  return {
    method: request.method,
    path: request.path,
    headers: { ...headers, "Content-Type": request.contentType ?? "application/json" },
    body: JSON.stringify(request.body),
  };
}

/** `patch /api/v1/namespaces/shop/secrets/checkout`: for people, without the query. */
function attemptOf({ verb, path }: ApiRequest): string {
  return `${verb} ${path.split("?", 1)[0]}`;
}

function parse<T>(text: string, request: ApiRequest): T {
  try {
    return JSON.parse(text) as T;
  } catch {
    // Without its cause: a syntax error of JSON.parse quotes the text, which may hold values.
    const message = `${attemptOf(request)}: the answer is no JSON`;
    throw new ApiError({ status: 0, reason: "InvalidAnswer", message });
  }
}
