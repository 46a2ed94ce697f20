import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "@jest/globals";
import { endlessTurn } from "../event-loop/testing/endless-turn.ts";
import type { Turns } from "../event-loop/turns.ts";
import { ApiError, type KubernetesClient } from "./client.ts";
import { createKubernetesClient, type KubernetesClientOptions } from "./kubernetes-client.ts";
import { resourceTypes } from "./resource-types.ts";
import {
  answerJson,
  failure,
  type Script,
  type ScriptedServer,
  startScriptedServer,
} from "./testing/scripted-server.ts";

let server: ScriptedServer;
let client: KubernetesClient;

async function connect(script: Script, options: Partial<KubernetesClientOptions> = {}): Promise<void> {
  server = await startScriptedServer(script);
  client = createKubernetesClient({ kubeConfig: server.kubeConfig, version: "1.2.3", ...options });
}

afterEach(async () => {
  client.close();
  await server.close();
});

const checkout = { namespace: "shop", name: "checkout" };
const secret = { metadata: { ...checkout, uid: "u" }, data: { a: "MQ==" } };
const write = { fieldManager: "external-values/checkout" };
const manager = "fieldManager=external-values%2Fcheckout";
const secrets = "/api/v1/namespaces/shop/secrets";
const accepts = {
  object: "application/json",
  metadata: "application/json;as=PartialObjectMetadata;g=meta.k8s.io;v=v1",
  metadataList: "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1",
};

/** The error of a call that must fail. */
async function failureOf(call: Promise<unknown>): Promise<ApiError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof ApiError)) throw new Error(`Not an ApiError: ${String(error)}`);
  return error;
}

describe("requests", () => {
  const { secrets: type, externalValues } = resourceTypes;
  it.each<{
    name: string;
    call: () => Promise<unknown>;
    sends: string;
    contentType?: string;
    accept?: string;
    body?: unknown;
  }>([
    { name: "get", call: () => client.get(type, checkout), sends: `GET ${secrets}/checkout` },
    {
      name: "getMetadata",
      call: () => client.getMetadata(type, checkout),
      sends: `GET ${secrets}/checkout`,
      accept: accepts.metadata,
    },
    {
      name: "list of a page",
      call: () => client.list(type, { namespace: "shop", labelSelector: "a=b,c", limit: 5, continueToken: "x" }),
      sends: `GET ${secrets}?labelSelector=a%3Db%2Cc&limit=5&continue=x`,
    },
    {
      name: "list of metadata in all namespaces",
      call: () => client.list(externalValues, { metadataOnly: true }),
      sends: "GET /apis/externalvalues.dev/v1alpha1/externalvalues",
      accept: accepts.metadataList,
    },
    {
      name: "create",
      call: () => client.create(type, secret, { ...write, metadataOnly: true }),
      sends: `POST ${secrets}?${manager}`,
      contentType: "application/json",
      accept: accepts.metadata,
      body: { apiVersion: "v1", kind: "Secret", ...secret },
    },
    {
      name: "apply",
      call: () => client.apply(type, secret, { ...write, force: true }),
      sends: `PATCH ${secrets}/checkout?${manager}&force=true`,
      contentType: "application/apply-patch+yaml",
      body: { apiVersion: "v1", kind: "Secret", ...secret },
    },
    {
      name: "mergePatch",
      call: () => client.mergePatch(type, checkout, { metadata: { uid: "u" }, data: { a: null } }, write),
      sends: `PATCH ${secrets}/checkout?${manager}`,
      contentType: "application/merge-patch+json",
      body: { metadata: { uid: "u" }, data: { a: null } },
    },
    {
      name: "replaceStatus",
      call: () => client.replaceStatus(externalValues, { metadata: checkout }, write),
      sends: `PUT /apis/externalvalues.dev/v1alpha1/namespaces/shop/externalvalues/checkout/status?${manager}`,
      contentType: "application/json",
      body: { apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue", metadata: checkout },
    },
    {
      name: "delete",
      call: () => client.delete(type, checkout, { uid: "u", resourceVersion: "5" }),
      sends: `DELETE ${secrets}/checkout`,
      contentType: "application/json",
      body: {
        apiVersion: "v1",
        kind: "DeleteOptions",
        propagationPolicy: "Background",
        preconditions: { uid: "u", resourceVersion: "5" },
      },
    },
    {
      name: "createToken",
      call: () =>
        client.createToken({ namespace: "shop", name: "reader" }, { audiences: ["sts"], expirationSeconds: 600 }),
      sends: "POST /api/v1/namespaces/shop/serviceaccounts/reader/token",
      contentType: "application/json",
      body: {
        apiVersion: "authentication.k8s.io/v1",
        kind: "TokenRequest",
        spec: { audiences: ["sts"], expirationSeconds: 600 },
      },
    },
  ])("$name", async ({ call, sends, contentType, accept, body }) => {
    await connect((_, response) =>
      answerJson(response, 200, { metadata: { resourceVersion: "1" }, status: { token: "t" }, items: [] }),
    );
    await call();
    const [request] = server.requests;
    expect(`${request?.method} ${request?.url.pathname}${request?.url.search}`).toBe(sends);
    expect(request?.headers).toMatchObject({
      authorization: "Bearer a-token",
      "user-agent": "external-values/1.2.3",
      accept: accept ?? accepts.object,
    });
    expect(request?.headers["content-type"]).toBe(contentType);
    expect(request?.body === "" ? undefined : JSON.parse(request?.body ?? "")).toEqual(body);
  });

  it("go through few connections, which are kept, with a bounded number in flight; Leases pass by", async () => {
    const waiting: ServerResponse[] = [];
    await connect(
      (request, response) => {
        if (request.url.pathname.includes("leases")) answerJson(response, 200, { metadata: {} });
        else waiting.push(response);
      },
      { concurrency: 2 },
    );
    const calls = [1, 2, 3, 4].map(() => client.get(resourceTypes.secrets, checkout));
    await client.get(resourceTypes.leases, { namespace: "shop", name: "lease" });
    while (waiting.length < 2) await new Promise((resolve) => setImmediate(resolve));
    await client.get(resourceTypes.leases, { namespace: "shop", name: "lease" });
    expect(waiting).toHaveLength(2);
    let answered = 0;
    const timer = setInterval(() => {
      for (const response of waiting.splice(0)) {
        answered += 1;
        answerJson(response, 200, { metadata: {} });
      }
    }, 2);
    await Promise.all(calls);
    clearInterval(timer);
    expect(answered).toBe(4);
  });

  it.each([
    { event: "Normal", arrive: ["writes", "writes", "writes", "events"] },
    { event: "Warning", arrive: ["writes", "events", "writes", "writes"] },
  ])("lets a $event Event wait for other requests only where it warns of nothing", async ({ event, arrive }) => {
    const arrived: string[] = [];
    await connect(
      (request, response) => {
        arrived.push(request.url.pathname.includes("/events") ? "events" : "writes");
        answerJson(response, 200, { metadata: {} });
      },
      { concurrency: 1 },
    );
    const first = client.get(resourceTypes.secrets, checkout);
    const told = client.create(resourceTypes.events, { metadata: { ...checkout }, type: event } as never, write);
    const others = [1, 2].map(() => client.get(resourceTypes.secrets, checkout));
    await Promise.all([first, told, ...others]);
    expect(arrived).toEqual(arrive);
  });

  it("take their turn of the event loop once they have a place, and so do their answers; Leases take none", async () => {
    const waiting: (() => void)[] = [];
    const turns: Turns = { ...endlessTurn, take: () => new Promise((resolve) => waiting.push(resolve)) };
    await connect((_, response) => answerJson(response, 200, { metadata: {} }), { concurrency: 1, turns });
    const calls = [1, 2].map(() => client.get(resourceTypes.secrets, checkout));
    await client.get(resourceTypes.leases, { namespace: "shop", name: "lease" });
    const secretsSeen = () => server.requests.filter(({ url }) => url.pathname.includes("secrets")).length;
    // The first request; its answer, and the second, which has got the place; the second's answer.
    for (const { asking, seen } of [
      { asking: 1, seen: 0 },
      { asking: 2, seen: 1 },
      { asking: 1, seen: 2 },
    ]) {
      while (waiting.length < asking) await new Promise((resolve) => setImmediate(resolve));
      expect([waiting.length, secretsSeen()]).toEqual([asking, seen]);
      for (const go of waiting.splice(0)) go();
    }
    await Promise.all(calls);
  });

  it("has sixteen in flight by default", async () => {
    const waiting: ServerResponse[] = [];
    let most = 0;
    await connect((_, response) => {
      waiting.push(response);
      most = Math.max(most, waiting.length);
      // All that come come at once: those behind them wait for these.
      if (waiting.length === 16) for (const each of waiting.splice(0)) answerJson(each, 200, { metadata: {} });
    });
    await Promise.all(Array.from({ length: 32 }, () => client.get(resourceTypes.secrets, checkout)));
    expect(most).toBe(16);
  });

  it("refuses to send what would hit a collection", async () => {
    await connect((_, response) => answerJson(response, 200, {}));
    await expect(client.get(resourceTypes.secrets, { name: "x" })).rejects.toThrow("needs a namespace");
    expect(server.requests).toEqual([]);
  });
});

describe("failures", () => {
  it.each<{ reason: string; script: Script; expected: Partial<ApiError> }>([
    {
      reason: "a Status object",
      script: (_, response) => answerJson(response, 409, failure(409, "Conflict", { message: "fields are at odds" })),
      expected: {
        status: 409,
        reason: "Conflict",
        message: `get ${"/apis/externalvalues.dev/v1alpha1/namespaces/shop/externalvalues/checkout"}: 409 Conflict: fields are at odds`,
      },
    },
    {
      reason: "Retry-After as a header",
      script: (_, response) => answerJson(response, 429, failure(429, "TooManyRequests"), { "Retry-After": "2" }),
      expected: { status: 429, retryAfterMs: 2_000 },
    },
    {
      reason: "Retry-After in the body",
      script: (_, response) =>
        answerJson(response, 500, failure(500, "InternalError", { details: { retryAfterSeconds: 3 } })),
      expected: { status: 500, retryAfterMs: 3_000 },
    },
    {
      reason: "a proxy's page",
      script: (_, response) => response.writeHead(503).end("<html>"),
      expected: { status: 503, reason: "ServiceUnavailable" },
    },
    {
      reason: "a success that is no JSON",
      script: (_, response) => response.writeHead(200).end("<html>hunter2"),
      expected: { status: 0, reason: "InvalidAnswer" },
    },
    { reason: "a reset", script: (_, response) => response.destroy(), expected: { status: 0, reason: "Unreachable" } },
    {
      reason: "a reset within the answer",
      script: (_, response) => {
        response.writeHead(200, { "Content-Length": "100" }).write("{");
        setTimeout(() => response.destroy(), 5);
      },
      expected: { status: 0, reason: "Unreachable" },
    },
    { reason: "silence", script: () => {}, expected: { status: 0, reason: "Timeout" } },
    {
      reason: "silence within the answer",
      script: (_, response) => void response.writeHead(200).write("{"),
      expected: { status: 0, reason: "Timeout" },
    },
  ])("$reason becomes an ApiError", async ({ script, expected }) => {
    await connect(script, { requestTimeoutMs: 60 });
    const error = await failureOf(client.get(resourceTypes.externalValues, checkout));
    expect({ ...error, message: error.message }).toMatchObject(expected);
    expect(`${error.stack} ${String(error.cause)}`).not.toContain("hunter2");
  });

  it("gives a place back after every failure", async () => {
    await connect((_, response) => response.destroy(), { concurrency: 1 });
    for (let times = 0; times < 3; times += 1) await failureOf(client.get(resourceTypes.secrets, checkout));
    expect(server.requests).toHaveLength(3);
  });

  it("ends at once when aborted, in flight or waiting", async () => {
    await connect(() => {}, { concurrency: 1 });
    const abort = new AbortController();
    const { signal } = abort;
    const calls = [1, 2].map(() => failureOf(client.get(resourceTypes.secrets, checkout, { signal })));
    setTimeout(() => abort.abort(), 20);
    const errors = await Promise.all(calls);
    expect(errors.map(({ reason }) => reason)).toEqual(["Aborted", "Aborted"]);
  });

  it.each([
    { status: 404, reason: "NotFound", gone: true },
    { status: 404, reason: "", gone: true },
    { status: 403, reason: "Forbidden", gone: false },
  ])("get: $status $reason means gone: $gone", async ({ status, reason, gone }) => {
    await connect((_, response) => answerJson(response, status, failure(status, reason)));
    const got = client.get(resourceTypes.secrets, checkout);
    if (gone) await expect(got).resolves.toBeUndefined();
    else await expect(got).rejects.toBeInstanceOf(ApiError);
  });

  it("delete: what is gone already is no failure, another object by that name is", async () => {
    let status = 404;
    await connect((_, response) =>
      answerJson(response, status, failure(status, status === 404 ? "NotFound" : "Conflict")),
    );
    await expect(client.delete(resourceTypes.secrets, checkout, { uid: "u" })).resolves.toBeUndefined();
    status = 409;
    await expect(client.delete(resourceTypes.secrets, checkout, { uid: "u" })).rejects.toMatchObject({ status: 409 });
  });

  it("a write that names another uid is a Conflict, as one that names another version", async () => {
    const cause = {
      field: "metadata.uid",
      reason: "FieldValueInvalid",
      message: 'Invalid value: "x": field is immutable',
    };
    const status = failure(422, "Invalid", { details: { causes: [cause, cause] } });
    await connect((_, response) => answerJson(response, 422, status));
    const error = await failureOf(client.apply(resourceTypes.secrets, secret, { ...write, force: true }));
    expect(error).toMatchObject({ status: 409, reason: "Conflict" });
  });

  it("a 401 leads to credentials read anew and one repetition, if they are others", async () => {
    await connect((request, response) => {
      const fresh = request.headers.authorization === "Bearer fresh";
      answerJson(response, fresh ? 200 : 401, fresh ? { metadata: {} } : failure(401, "Unauthorized"));
    });
    await failureOf(client.get(resourceTypes.secrets, checkout));
    expect(server.requests).toHaveLength(1);
    const [user] = server.kubeConfig.users;
    if (user) Object.assign(user, { token: "fresh" });
    await expect(client.get(resourceTypes.secrets, checkout)).resolves.toBeDefined();
    expect(server.requests).toHaveLength(3);
  });

  it("a kept connection that the server has closed is replaced, but a create is not sent twice", async () => {
    // The second request on a connection is cut, as by a server whose idle timeout has just passed.
    const used = new WeakMap<object, number>();
    await connect((_, response) => {
      const { socket } = response;
      const times = (used.get(socket ?? response) ?? 0) + 1;
      used.set(socket ?? response, times);
      if (times === 2) socket?.destroy();
      else answerJson(response, 200, { metadata: {} });
    });
    await client.get(resourceTypes.secrets, checkout);
    await new Promise((resolve) => setImmediate(resolve));
    await expect(client.get(resourceTypes.secrets, checkout)).resolves.toBeDefined();
    expect(server.requests).toHaveLength(3);
    await new Promise((resolve) => setImmediate(resolve));
    const error = await failureOf(client.create(resourceTypes.secrets, secret, write));
    expect(error.reason).toBe("Unreachable");
    expect(server.requests).toHaveLength(4);
  });
});
