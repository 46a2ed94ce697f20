import { BatchGetSecretValueCommand, ListSecretsCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParametersByPathCommand, GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { AssumeRoleCommand, STSClient } from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, it, test } from "@jest/globals";
import { type FakeAws, startFakeAws } from "../../../bench/fake-aws/fake-aws.ts";
import type { AwsFault } from "./aws-faults.ts";
import { type AwsProxy, startAwsProxy } from "./aws-proxy.ts";

let fake: FakeAws;
let proxy: AwsProxy;
let parameterStore: SSMClient;
let secretsManager: SecretsManagerClient;
let sts: STSClient;

beforeEach(async () => {
  fake = await startFakeAws();
  proxy = await startAwsProxy({ upstream: fake.url });
  const configuration = {
    endpoint: proxy.url,
    region: "eu-west-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "tester", secretAccessKey: "unused" },
  };
  parameterStore = new SSMClient(configuration);
  secretsManager = new SecretsManagerClient(configuration);
  sts = new STSClient(configuration);
  for (const name of ["/a", "/b", "/c"]) {
    fake.putParameter({ name, value: "v" });
    fake.putSecret({ name: name.slice(1), value: "v" });
  }
});

afterEach(async () => {
  for (const client of [parameterStore, secretsManager, sts]) {
    client.destroy();
  }
  await proxy.stop();
  await fake.stop();
});

const read = (...Names: string[]) => parameterStore.send(new GetParametersCommand({ Names }));
const batch = (...SecretIdList: string[]) => secretsManager.send(new BatchGetSecretValueCommand({ SecretIdList }));

test("without a rule everything passes, counted and listed", async () => {
  expect((await read("/a")).Parameters).toHaveLength(1);
  expect((await batch("a")).SecretValues).toHaveLength(1);
  expect(proxy.counts()).toEqual({ GetParameters: 1, BatchGetSecretValue: 1 });
  expect(proxy.entries()[0]).toMatchObject({ accessKeyId: "tester", region: "eu-west-1", status: 200 });
  proxy.reset();
  expect(proxy.entries()).toEqual([]);
});

const failing: { reason: string; fault: AwsFault; error: object; forwarded: number }[] = [
  { reason: "a throttle", fault: { kind: "throttle" }, error: { name: "ThrottlingException" }, forwarded: 0 },
  {
    reason: "a denial",
    fault: { kind: "error", code: "AccessDeniedException" },
    error: { name: "AccessDeniedException" },
    forwarded: 0,
  },
  {
    reason: "a 500",
    fault: { kind: "error", code: "InternalServerError", status: 500 },
    error: { name: "InternalServerError", $metadata: expect.objectContaining({ httpStatusCode: 500 }) },
    forwarded: 0,
  },
  {
    reason: "a cut before forwarding",
    fault: { kind: "cutBeforeForwarding" },
    error: { message: expect.stringContaining("ECONNRESET") },
    forwarded: 0,
  },
  {
    reason: "a cut after forwarding",
    fault: { kind: "cutAfterForwarding" },
    error: { message: expect.stringContaining("ECONNRESET") },
    forwarded: 1,
  },
  { reason: "rubbish", fault: { kind: "rubbish" }, error: { name: "SyntaxError" }, forwarded: 0 },
];

test.each(failing)("strikes with $reason, once, and then heals", async ({ fault, error, forwarded }) => {
  proxy.setRules([{ operation: "GetParameters", times: 1, fault }]);
  await expect(batch("a")).resolves.toBeDefined();
  await expect(read("/a")).rejects.toMatchObject(error);
  expect(fake.counts().calls["GetParameters"] ?? 0).toBe(forwarded);
  expect(proxy.entries().at(-1)).toMatchObject({ fault: fault.kind });
  await expect(read("/a")).resolves.toBeDefined();
});

describe("a hang", () => {
  it("answers nothing while the client waits", async () => {
    proxy.setRules([{ containing: '"/b"', fault: { kind: "hang" } }]);
    const patience = AbortSignal.timeout(100);
    const hanging = parameterStore.send(new GetParametersCommand({ Names: ["/b"] }), { abortSignal: patience });
    await expect(read("/a")).resolves.toBeDefined();
    await expect(hanging).rejects.toMatchObject({ name: "AbortError" });
    expect(proxy.entries().find((entry) => entry.fault === "hang")).not.toHaveProperty("status");
  });
});

test("a delay comes before the true answer", async () => {
  proxy.setRules([{ fault: { kind: "delay", milliseconds: 50 } }]);
  const begun = performance.now();
  expect((await read("/a")).Parameters).toHaveLength(1);
  expect(performance.now() - begun).toBeGreaterThanOrEqual(49);
});

test("empty pages with a token come before each page, and nothing is lost", async () => {
  fake.putParameters({ namePrefix: "/path/x", count: 12, bytes: 4 });
  proxy.setRules([{ fault: { kind: "emptyPages", pages: 2 } }]);
  const sizes: (number | undefined)[] = [];
  let NextToken: string | undefined;
  do {
    const page = await parameterStore.send(new GetParametersByPathCommand({ Path: "/path", NextToken }));
    sizes.push(page.Parameters?.length);
    NextToken = page.NextToken;
  } while (NextToken);
  expect(sizes).toEqual([0, 0, 10, 0, 0, 2]);
  expect(await secretsManager.send(new ListSecretsCommand({}))).toMatchObject({
    SecretList: [],
    NextToken: expect.any(String),
  });
});

describe("single items", () => {
  it("are dropped from batches and lists without a word", async () => {
    proxy.setRules([{ fault: { kind: "dropItems", items: ["/b", "*:secret:b-*", "/none"] } }]);
    const parameters = await read("/a", "/b", "/c", "/none");
    expect(parameters.Parameters?.map((each) => each.Name)).toEqual(["/a", "/c"]);
    expect(parameters.InvalidParameters).toEqual([]);
    const secrets = await batch("a", "b");
    expect([secrets.SecretValues?.map((each) => each.Name), secrets.Errors]).toEqual([["a"], []]);
  });

  it("fail on their own though they are there", async () => {
    proxy.setRules([{ fault: { kind: "failItems", items: ["/b", "b"], code: "InternalServiceError" } }]);
    expect((await read("/a", "/b")).InvalidParameters).toEqual(["/b"]);
    const secrets = await batch("a", "b");
    expect(secrets.SecretValues?.map((each) => each.Name)).toEqual(["a"]);
    expect(secrets.Errors).toEqual([{ SecretId: "b", ErrorCode: "InternalServiceError", Message: "" }]);
  });
});

describe("credentials", () => {
  it("seen so far expire, newer ones pass", async () => {
    await read("/a");
    proxy.expireSeenCredentials();
    await expect(read("/a")).rejects.toMatchObject({ name: "ExpiredTokenException" });
    const assume = new AssumeRoleCommand({ RoleArn: "arn:aws:iam::123456789012:role/r", RoleSessionName: "s" });
    await expect(sts.send(assume)).rejects.toMatchObject({ name: "ExpiredToken" });
    const newer = new SSMClient({
      endpoint: proxy.url,
      region: "eu-west-1",
      credentials: { accessKeyId: "newer", secretAccessKey: "unused" },
    });
    await expect(newer.send(new GetParametersCommand({ Names: ["/a"] }))).resolves.toBeDefined();
    newer.destroy();
  });

  it("are refused by a service whose clock is off, with its Date in the header", async () => {
    const ahead = 20 * 60_000;
    const service = await startFakeAws({ now: () => Date.now() + ahead });
    const skewed = await startAwsProxy({ upstream: service.url });
    skewed.setRules([{ fault: { kind: "skewClock", milliseconds: ahead } }]);
    const credentials = { accessKeyId: "tester", secretAccessKey: "unused" };
    const client = new SSMClient({ endpoint: skewed.url, region: "eu-west-1", maxAttempts: 2, credentials });
    try {
      // The SDK learns the service's time from the refusal and signs its second attempt with it.
      await expect(client.send(new GetParametersCommand({ Names: ["/none"] }))).resolves.toBeDefined();
      expect(skewed.entries().map((entry) => entry.status)).toEqual([400, 200]);
    } finally {
      client.destroy();
      await skewed.stop();
      await service.stop();
    }
  });
});

test("STS is throttled in its own words", async () => {
  proxy.setRules([{ operation: "AssumeRole", fault: { kind: "throttle" } }]);
  const assume = new AssumeRoleCommand({ RoleArn: "arn:aws:iam::123456789012:role/r", RoleSessionName: "s" });
  await expect(sts.send(assume)).rejects.toMatchObject({ name: "Throttling" });
});

test("down refuses connections, and up serves at the same address", async () => {
  await proxy.down();
  await expect(read("/a")).rejects.toMatchObject({ message: expect.stringContaining("ECONNREFUSED") });
  await proxy.up();
  await expect(read("/a")).resolves.toBeDefined();
});
