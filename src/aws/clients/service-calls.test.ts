import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { CallOptions, ServiceCalls } from "../calls.ts";
import type { Clock } from "../clock.ts";
import { createCredentialSource } from "../credentials/credential-source.ts";
import type { AwsError } from "../errors.ts";
import { createCircuitRegistry } from "../limits/circuit-registry.ts";
import { createLimiterRegistry, type LimiterRegistry } from "../limits/limiter-registry.ts";
import type { AwsMetrics, RequestFinished } from "../metrics.ts";
import { type Connections, createConnections } from "./connections.ts";
import { type ScriptedAws, startScriptedAws } from "./scripted-aws.ts";
import { createServiceCalls } from "./service-calls.ts";

const clock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};
const options: CallOptions = { priority: "refresh", store: "ClusterValueStore/aws" };
const region = "eu-west-1";

let aws: ScriptedAws;
let connections: Connections;
let calls: ServiceCalls;
let limits: LimiterRegistry;
let renewals: number;
let finished: RequestFinished[];

beforeEach(async () => {
  aws = await startScriptedAws();
  connections = createConnections({ environment: {}, requestTimeoutMs: 300, connectTimeoutMs: 300 });
  renewals = 0;
  finished = [];
  const metrics: AwsMetrics = { requestFinished: (event) => void finished.push(event) };
  limits = createLimiterRegistry({ clock, metrics });
  calls = createServiceCalls({
    region,
    endpoints: { parameterStore: aws.endpoint, secretsManager: aws.endpoint },
    credentials: createCredentialSource({
      renew: async () => {
        renewals += 1;
        return { credentials: { accessKeyId: `AKIA${renewals}`, secretAccessKey: "secret" } };
      },
      clock,
      random: () => 0.5,
    }),
    limiter: (quota) => limits.limiter("operator", region, quota),
    circuits: createCircuitRegistry({ clock, random: () => 0.5, metrics }),
    connections,
    metrics,
    clock,
  });
});

afterEach(async () => {
  calls.close();
  connections.close();
  await aws.close();
});

async function failureOf(work: Promise<unknown>): Promise<AwsError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: "AwsError" });
  return error as AwsError;
}

const parameter = {
  Name: "/shop/db",
  Value: "postgres",
  ARN: "arn:aws:ssm:eu-west-1:111111111111:parameter/shop/db",
  Version: 3,
  Type: "SecureString",
  LastModifiedDate: 1_700_000_000.5,
};
const secret = {
  ARN: "arn:aws:secretsmanager:eu-west-1:111111111111:secret:prod/db-AbCdEf",
  Name: "prod/db",
  VersionId: "v-1",
  VersionStages: ["AWSCURRENT"],
};

describe("what is asked and what comes back", () => {
  it("reads parameters, decrypted, with what is missing apart", async () => {
    aws.answer({ json: { Parameters: [{ ...parameter, Selector: ":stable" }], InvalidParameters: ["/shop/none"] } });
    const answer = await calls.getParameters(["/shop/db:stable", "/shop/none"], options);
    expect(aws.requests[0]).toMatchObject({
      operation: "GetParameters",
      body: JSON.stringify({ Names: ["/shop/db:stable", "/shop/none"], WithDecryption: true }),
    });
    expect(answer).toEqual({
      found: [
        {
          name: "/shop/db",
          selector: ":stable",
          arn: parameter.ARN,
          type: "SecureString",
          value: "postgres",
          version: 3,
          lastModified: 1_700_000_000_500,
        },
      ],
      invalid: ["/shop/none"],
    });
  });

  it("reads a page below a path; an empty page may have a token", async () => {
    aws.answer({ json: { Parameters: [], NextToken: "more" } });
    const page = await calls.getParametersByPath({ path: "/shop", recursive: true, nextToken: "t" }, options);
    expect(page).toEqual({ items: [], nextToken: "more" });
    expect(JSON.parse(aws.requests[0]?.body ?? "")).toEqual({
      Path: "/shop",
      Recursive: true,
      WithDecryption: true,
      MaxResults: 10,
      NextToken: "t",
    });
  });

  it("describes parameters by filters", async () => {
    aws.answer({ json: { Parameters: [{ Name: "/a", ARN: "arn" }, { Name: "/b" }], NextToken: "" } });
    const page = await calls.describeParameters({ filters: [{ key: "tag:team", values: ["shop"] }] }, options);
    expect(page).toEqual({ items: [{ name: "/a", arn: "arn" }, { name: "/b" }] });
    expect(JSON.parse(aws.requests[0]?.body ?? "")).toEqual({
      ParameterFilters: [{ Key: "tag:team", Values: ["shop"] }],
      MaxResults: 50,
    });
  });

  it("reads tags, whatever they are called", async () => {
    aws.answer({ json: { TagList: [{ Key: "__proto__", Value: "x" }, { Key: "team", Value: "shop" }, { Key: "e" }] } });
    const tags = await calls.listParameterTags("/shop/db", options);
    expect(Object.entries(tags)).toEqual([
      ["__proto__", "x"],
      ["team", "shop"],
      ["e", ""],
    ]);
  });

  it("reads secrets in a batch, with the errors of single ones", async () => {
    aws.answer({
      json: {
        SecretValues: [
          { ...secret, SecretString: "" },
          { ...secret, Name: "bin", SecretBinary: "AAEC" },
          { ARN: "arn:empty", Name: "empty" },
        ],
        Errors: [{ SecretId: "gone", ErrorCode: "ResourceNotFoundException", Message: "can't find" }],
      },
    });
    const { found, errors } = await calls.batchGetSecretValue(["prod/db", "bin", "gone", "empty"], options);
    expect(found.map(({ name, content }) => [name, content])).toEqual([
      ["prod/db", ""],
      ["bin", new Uint8Array([0, 1, 2])],
    ]);
    expect(errors).toMatchObject([
      { secretId: "gone", code: "ResourceNotFoundException" },
      { secretId: "arn:empty", code: "ResourceNotFoundException" },
    ]);
  });

  it("reads one secret by version", async () => {
    aws.answer({ json: { ...secret, SecretString: "s" } });
    const answer = await calls.getSecretValue({ secretId: "prod/db", versionId: "v-1" }, options);
    expect(answer).toEqual({
      arn: secret.ARN,
      name: "prod/db",
      versionId: "v-1",
      versionStages: ["AWSCURRENT"],
      content: "s",
    });
    expect(JSON.parse(aws.requests[0]?.body ?? "")).toEqual({ SecretId: "prod/db", VersionId: "v-1" });
  });

  it("lists secrets, without those to be deleted", async () => {
    aws.answer({ json: { SecretList: [{ ...secret, Tags: [{ Key: "team", Value: "shop" }] }], NextToken: "n" } });
    const page = await calls.listSecrets({ filters: [{ key: "name", values: ["prod/"] }] }, options);
    expect(page).toEqual({ items: [{ arn: secret.ARN, name: "prod/db", tags: { team: "shop" } }], nextToken: "n" });
    expect(JSON.parse(aws.requests[0]?.body ?? "")).toMatchObject({ IncludePlannedDeletion: false, MaxResults: 100 });
  });

  it("describes a secret", async () => {
    aws.answer({ json: { ...secret, DeletedDate: 1_700_000_000, VersionIdsToStages: { "v-1": ["AWSCURRENT"] } } });
    expect(await calls.describeSecret("prod/db", options)).toEqual({
      arn: secret.ARN,
      name: "prod/db",
      tags: {},
      deletedDate: 1_700_000_000_000,
      versionIdsToStages: { "v-1": ["AWSCURRENT"] },
    });
  });

  it("signs for the region with the credentials of the recipe", async () => {
    aws.answer({ json: { Parameters: [parameter] } });
    await calls.getParameters(["/shop/db"], options);
    expect(aws.requests[0]?.headers.authorization).toMatch(/Credential=AKIA1\/\d{8}\/eu-west-1\/ssm\/aws4_request/);
  });
});

describe("a permit", () => {
  const turn = { priority: "refresh", store: "s" } as const;
  const store = { store: "s", mayRaise: true, scopes: ["operator"], regions: [region] };
  const slowly = { parameterReads: 0.001, secretBatches: 0.001 };

  it("stands for the line: the first request of its quota goes out at once, the next waits again", async () => {
    limits.setStore({ ...store, limits: slowly });
    const permit = await calls.admit("getParameters", turn);
    await calls.getParameters(["/a"], { ...turn, ...(permit === undefined ? {} : { permit }) });
    expect(aws.requests.length).toBe(1);
    expect(permit?.use("parameterReads")).toBeUndefined();
    expect(limits.readings().find(({ quota }) => quota === "parameterReads")?.waiting).toBe(0);
  });

  it("is of one quota, and given back where another was needed", async () => {
    limits.setStore({ ...store, limits: slowly });
    const permit = await calls.admit("batchGetSecretValue", turn);
    expect(permit?.use("secretReads")).toBeUndefined();
    permit?.giveBack();
    permit?.giveBack();
    expect(await calls.admit("batchGetSecretValue", turn)).toBeDefined();
  });

  it("is not to be had of an endpoint that is down, where the request itself says why", async () => {
    aws.answer({ fault: "reset" });
    for (let n = 0; n < 5; n += 1) await failureOf(calls.getParameters(["/a"], turn));
    expect(await calls.admit("getParameters", turn)).toBeUndefined();
  });
});

describe("what goes wrong", () => {
  const read = (): Promise<unknown> => calls.getParameters(["/shop/db"], options);

  it.each([
    ["a throttle", { status: 400, json: { __type: "ThrottlingException", message: "Rate exceeded" } }, "throttled", 1],
    ["a denial", { status: 400, json: { __type: "AccessDeniedException", message: "no" } }, "denied", 1],
    [
      "a denial as XML, as moto sends it",
      {
        status: 403,
        text: "<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: x is not authorized</Message></Error></ErrorResponse>",
      },
      "denied",
      1,
    ],
    [
      "a throttle as XML",
      { status: 400, text: "<E><Error><Code>Throttling</Code><Message>&lt;slow&gt;</Message></Error></E>" },
      "throttled",
      1,
    ],
    ["an internal error", { status: 500, json: { __type: "InternalServerError" } }, "unavailable", 1],
    ["a gateway's page", { status: 502, text: "<html>Bad gateway</html>" }, "unavailable", 1],
    ["rubbish with a good status", { status: 200, text: "<html>Hello</html>" }, "unavailable", 1],
    ["JSON that is not of the service", { status: 404, json: { hello: "world" } }, "unavailable", 1],
    ["an answer without what it must have", { json: { Parameters: [{ Name: "/shop/db" }] } }, "unavailable", 1],
    ["a server that never answers", { fault: "hang" }, "unavailable", 1],
    ["a server that stalls in the middle", { fault: "stall" }, "unavailable", 1],
    ["a connection that is cut, twice", { fault: "reset" }, "unavailable", 2],
  ] as const)("%s", async (_name, answer, kind, requests) => {
    aws.answer(answer);
    const error = await failureOf(read());
    expect(error).toMatchObject({ kind, operation: "GetParameters" });
    expect(aws.requests).toHaveLength(requests);
    expect(finished.at(-1)).toMatchObject({
      outcome: kind,
      service: "ssm",
      operation: "GetParameters",
      attempt: requests,
    });
  });

  it("tells a gateway's own words", async () => {
    aws.answer({ status: 403, text: "<E><Code>AccessDenied</Code><Message>User &quot;x&quot; may not</Message></E>" });
    expect(await failureOf(read())).toMatchObject({ code: "AccessDenied", message: 'User "x" may not' });
  });

  it("tries a cut connection once more", async () => {
    aws.answer({ fault: "reset" }, { json: { Parameters: [parameter] } });
    await read();
    expect(finished.map(({ outcome, attempt }) => [outcome, attempt])).toEqual([
      ["unavailable", 1],
      ["success", 2],
    ]);
  });

  it("renews refused credentials and tries once more, with the new ones", async () => {
    aws.answer({ status: 400, json: { __type: "ExpiredTokenException", message: "expired" } }, { json: {} });
    await read();
    expect(aws.requests.map(({ headers }) => /AKIA\d/.exec(headers.authorization ?? "")?.[0])).toEqual([
      "AKIA1",
      "AKIA2",
    ]);
  });

  it("gives up after the second refusal, and asks for new credentials no more for a while", async () => {
    aws.answer({ status: 400, json: { __type: "UnrecognizedClientException", message: "unknown key" } });
    expect(await failureOf(read())).toMatchObject({ kind: "expired" });
    expect(renewals).toBe(2);
    await failureOf(read());
    await failureOf(read());
    expect(renewals).toBeLessThanOrEqual(3);
  });

  it("learns a clock that differs from the answer, without new credentials", async () => {
    const serverTime = new Date(Date.now() + 3_600_000).toUTCString();
    const skewed = { __type: "InvalidSignatureException", message: "Signature expired: 1 is now earlier than 2" };
    aws.answer({ status: 400, json: skewed, headers: { date: serverTime } }, { json: {} });
    await read();
    const dates = aws.requests.map(({ headers }) => String(headers["x-amz-date"]));
    expect(Number(dates[1]?.slice(9, 11))).not.toBe(Number(dates[0]?.slice(9, 11)));
    expect(renewals).toBe(1);
  });

  it("opens the circuit after five outages in a row and then asks no more", async () => {
    aws.answer({ status: 503, json: { __type: "ServiceUnavailable" } });
    for (let n = 0; n < 5; n += 1) await failureOf(read());
    expect(await failureOf(read())).toMatchObject({ kind: "unavailable", code: "CircuitOpen" });
    expect(aws.requests).toHaveLength(5);
  });

  it("gives up at once when told to", async () => {
    aws.answer({ fault: "hang" });
    const controller = new AbortController();
    const work = failureOf(calls.getParameters(["/shop/db"], { ...options, signal: controller.signal }));
    controller.abort();
    expect(await work).toMatchObject({ code: "AbortError" });
    expect(await failureOf(calls.getParameters(["/x"], { ...options, signal: controller.signal }))).toMatchObject({
      code: "AbortError",
    });
  });

  it("never tells what an answer held", async () => {
    const leak = "hunter2-CANARY";
    const answers = [
      { status: 200, text: `{"Parameters":[{"Value":"${leak}"` },
      { status: 200, text: leak },
      { status: 500, text: leak },
      { status: 404, json: { value: leak } },
      { json: { Parameters: [{ Value: leak }] } },
    ];
    for (const answer of answers) {
      aws.answer(answer);
      const error = await failureOf(read());
      const told = [
        error.message,
        error.stack,
        JSON.stringify(error),
        JSON.stringify(error.cause ?? null),
        error.cause,
      ];
      expect(told.map(String).join("\n")).not.toContain(leak);
    }
  });

  it("says that a secret without a value is not gone", async () => {
    aws.answer({ json: { ARN: secret.ARN, Name: "prod/db" } });
    expect(await failureOf(calls.getSecretValue({ secretId: "prod/db" }, options))).toMatchObject({
      kind: "notFound",
      gone: false,
    });
  });
});
