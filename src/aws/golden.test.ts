import { readdirSync, readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test } from "@jest/globals";
import type { ParameterRef, SecretRef } from "../api/source.ts";
import { createBatchPermission } from "./batching/batch-permission.ts";
import { createSuspicion } from "./batching/isolate.ts";
import type { Outcome } from "./batching/outcome.ts";
import { readParameters } from "./batching/read-parameters.ts";
import { readSecret, readSecrets } from "./batching/read-secrets.ts";
import type { CallOptions, ServiceCalls } from "./calls.ts";
import { type Connections, createConnections } from "./clients/connections.ts";
import { createServiceCalls } from "./clients/service-calls.ts";
import type { AwsErrorKind } from "./errors.ts";
import { createCircuitRegistry } from "./limits/circuit-registry.ts";
import { createLimiter } from "./limits/limiter.ts";
import { refKey } from "./refs/ref-key.ts";

// What AWS answers (test/golden/README.md), through everything that stands between the wire and the rest of the product.

interface Golden {
  readonly source: string;
  readonly target: string;
  readonly exchanges: readonly { readonly request: unknown; readonly status: number; readonly response: object }[];
}

const folder = join(import.meta.dirname, "../../test/golden");
const golden = (name: string): Golden => JSON.parse(readFileSync(join(folder, `${name}.json`), "utf8"));
const used = new Set<string>();
const options: CallOptions = { priority: "refresh", store: "ClusterValueStore/aws" };
const clock = {
  now: () => Date.now(),
  after: (ms: number, callback: () => void) => {
    const timer = setTimeout(callback, ms).unref();
    return () => clearTimeout(timer);
  },
};

let server: Server;
let connections: Connections;
let calls: ServiceCalls;
let toAnswer: Golden | undefined;
let received: { target: unknown; request: unknown }[];

beforeEach(async () => {
  received = [];
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const exchange = toAnswer?.exchanges[received.length] ?? toAnswer?.exchanges.at(-1);
      received.push({
        target: request.headers["x-amz-target"],
        request: JSON.parse(Buffer.concat(chunks).toString("utf8")),
      });
      response.writeHead(exchange?.status ?? 500, { "content-type": "application/x-amz-json-1.1" });
      response.end(JSON.stringify(exchange?.response));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  connections = createConnections({ environment: {} });
  const limiter = createLimiter({ clock, ceiling: 1000 });
  calls = createServiceCalls({
    region: "eu-west-1",
    endpoints: { parameterStore: endpoint, secretsManager: endpoint },
    credentials: { get: async () => ({ accessKeyId: "k", secretAccessKey: "s" }), drop: () => false },
    limiter: () => limiter,
    circuits: createCircuitRegistry({ clock, random: () => 0.5, metrics: {} }),
    connections,
    metrics: {},
    clock,
  });
});

afterEach(async () => {
  calls.close();
  connections.close();
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
});

/** The golden answer to come; `asksAsDocumented` then checks that it was asked as the file says. */
function answerWith(name: string): Golden {
  used.add(name);
  toAnswer = golden(name);
  return toAnswer;
}

function asksAsDocumented({ target, exchanges }: Golden): void {
  expect(received).toEqual(exchanges.map(({ request }) => ({ target, request })));
}

const parameter = (name: string, selector?: ParameterRef["selector"]): ParameterRef => ({
  kind: "parameter",
  name,
  ...(selector ? { selector } : {}),
});
const secret = (secretId: string, more: Partial<SecretRef> = {}): SecretRef => ({ kind: "secret", secretId, ...more });
const asked = <R extends ParameterRef | SecretRef>(refs: readonly R[]) =>
  refs.map((ref) => ({ key: refKey(ref), ref }));

function summary(outcome: Outcome | undefined): unknown {
  if (outcome === undefined || outcome.ok) {
    const value = outcome?.values[0];
    const content = value?.content instanceof Uint8Array ? [...value.content] : value?.content;
    return { content, version: value?.version };
  }
  return { kind: outcome.error.kind, gone: outcome.error.gone };
}

async function parametersOf(name: string, refs: readonly ParameterRef[]): Promise<readonly unknown[]> {
  const file = answerWith(name);
  const read = await readParameters(asked(refs), { calls, options, suspicion: createSuspicion() });
  asksAsDocumented(file);
  return refs.map((ref) => summary(read.outcomes.get(refKey(ref))));
}

async function secretsOf(name: string, refs: readonly SecretRef[]): Promise<readonly unknown[]> {
  const file = answerWith(name);
  const permission = createBatchPermission(clock);
  const read = await readSecrets(asked(refs), { calls, options, permission, suspicion: createSuspicion() });
  asksAsDocumented(file);
  return refs.map((ref) => summary(read.outcomes.get(refKey(ref))));
}

const versions = { first: "aaaaaaaa-0000-4000-8000-000000000001", second: "bbbbbbbb-0000-4000-8000-000000000002" };
const notFound = { kind: "notFound", gone: false };
const gone = { kind: "notFound", gone: true };

describe("GetParameters", () => {
  test.each(["parameters-with-selectors", "parameters-with-selectors-without-colon"])(
    "%s: an answer in another order, with bare names, reaches the ref that asked",
    async (name) => {
      const refs = [
        parameter("/shop/c"),
        parameter("/shop/b", { label: "stable" }),
        parameter("/shop/a", { version: 3 }),
      ];
      expect(await parametersOf(name, refs)).toEqual([
        { content: "latest", version: "9" },
        { content: "blue", version: "7" },
        { content: "three", version: "3" },
      ]);
    },
  );

  it("says gone of a missing name, and not of a missing label", async () => {
    const refs = [parameter("/shop/none"), parameter("/shop/b", { label: "unknown" }), parameter("/shop/a")];
    expect(await parametersOf("parameters-missing", refs)).toEqual([gone, notFound, { content: "one", version: "1" }]);
  });

  it("takes another account's parameter, which answers with its ARN for a name", async () => {
    const arn = "arn:aws:ssm:eu-west-1:999999999999:parameter/shared/x";
    expect(await parametersOf("parameter-shared", [parameter(arn)])).toEqual([{ content: "theirs", version: "4" }]);
  });

  test.each([
    { name: "parameters-denied", kind: "denied" },
    { name: "parameters-throttled", kind: "throttled" },
  ])("$name is $kind and never gone", async ({ name, kind }) => {
    expect(await parametersOf(name, [parameter("/shop/a")])).toEqual([{ kind, gone: false }]);
  });

  it("is refused whole for eleven names", async () => {
    const file = answerWith("parameters-too-many");
    const names = Array.from({ length: 11 }, (_, index) => `/shop/${String(index).padStart(2, "0")}`);
    await expect(calls.getParameters(names, options)).rejects.toMatchObject({ kind: "invalid", gone: false });
    asksAsDocumented(file);
  });
});

test("GetParametersByPath goes on after an empty page with a token", async () => {
  const file = answerWith("parameters-by-path-with-an-empty-page");
  const first = await calls.getParametersByPath({ path: "/shop", recursive: true }, options);
  expect(first).toEqual({ items: [], nextToken: "page-2" });
  const second = await calls.getParametersByPath({ path: "/shop", recursive: true, nextToken: "page-2" }, options);
  expect(second.items.map((item) => [item.name, item.type])).toEqual([
    ["/shop/a", "String"],
    ["/shop/b/c", "SecureString"],
  ]);
  expect(second.nextToken).toBeUndefined();
  asksAsDocumented(file);
});

describe("BatchGetSecretValue", () => {
  it("keeps each failure to its own secret", async () => {
    const refs = ["fine", "without-value", "deleted", "denied", "missing"].map((id) => secret(id));
    expect(await secretsOf("secrets-failing-each-on-its-own", refs)).toEqual([
      { content: "v", version: versions.first },
      notFound,
      gone,
      { kind: "denied", gone: false },
      gone,
    ]);
  });

  it("delivers what was promoted to AWSCURRENT", async () => {
    expect(await secretsOf("secrets-after-a-promotion", [secret("prod/db"), secret("prod/other")])).toEqual([
      { content: "new", version: versions.second },
      { content: "other", version: versions.first },
    ]);
  });

  it("tells a partial ARN from another secret that begins alike, and takes bytes", async () => {
    const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db";
    const refs = [secret(arn), secret(`${arn}-old-GhIjKl`), secret("prod/keystore")];
    expect(await secretsOf("secrets-by-arn-and-partial-arn", refs)).toEqual([
      { content: "current", version: versions.second },
      { content: "old", version: versions.first },
      { content: [0, 255, 1], version: versions.first },
    ]);
  });

  it("is refused whole for 21 ids", async () => {
    const file = answerWith("secrets-too-many");
    const ids = Array.from({ length: 21 }, (_, index) => `s${String(index).padStart(2, "0")}`);
    await expect(calls.batchGetSecretValue(ids, options)).rejects.toMatchObject({ kind: "invalid", gone: false });
    asksAsDocumented(file);
  });
});

const single: { name: string; ref: SecretRef; kind: AwsErrorKind; gone: boolean }[] = [
  { name: "secret-missing", ref: secret("none"), kind: "notFound", gone: true },
  { name: "secret-marked-for-deletion", ref: secret("prod/db"), kind: "notFound", gone: true },
  { name: "secret-stage-missing", ref: secret("prod/db", { versionStage: "blue" }), kind: "notFound", gone: false },
  {
    name: "secret-version-missing",
    ref: secret("prod/db", { versionId: versions.first }),
    kind: "notFound",
    gone: false,
  },
  {
    name: "secret-stage-not-of-version",
    ref: secret("prod/db", { versionId: versions.first, versionStage: "blue" }),
    kind: "invalid",
    gone: false,
  },
  { name: "secret-key-denied", ref: secret("prod/db"), kind: "denied", gone: false },
  {
    name: "secret-of-another-account",
    ref: secret("arn:aws:secretsmanager:eu-west-1:999999999999:secret:theirs-AbCdEf"),
    kind: "denied",
    gone: false,
  },
];

test.each(single)("GetSecretValue, $name: $kind, gone $gone", async ({ name, ref, kind, gone: isGone }) => {
  const file = answerWith(name);
  expect(summary(await readSecret(ref, { calls, options }))).toEqual({ kind, gone: isGone });
  asksAsDocumented(file);
});

test("every golden answer is used, and names its source", () => {
  const names = readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => file.replace(/\.json$/, ""));
  expect([...used].sort()).toEqual(names.sort());
  for (const name of names) {
    expect(golden(name).source).toMatch(/^(AWS|IAM) /);
  }
});
