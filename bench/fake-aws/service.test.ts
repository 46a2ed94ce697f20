import { GetParametersByPathCommand, GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import {
  AssumeRoleCommand,
  AssumeRoleWithWebIdentityCommand,
  type Credentials,
  GetCallerIdentityCommand,
  STSClient,
} from "@aws-sdk/client-sts";
import { afterEach, beforeEach, describe, expect, it, test } from "@jest/globals";
import { type FakeAws, startFakeAws } from "./fake-aws.ts";

const user = { accessKeyId: "tester", secretAccessKey: "unused" };
let now = Date.now();
let fake: FakeAws;
const clients: { destroy(): void }[] = [];

beforeEach(async () => {
  now = Date.now();
  fake = await startFakeAws({ now: () => now });
});

afterEach(async () => {
  for (const client of clients.splice(0)) {
    client.destroy();
  }
  await fake.stop();
});

function keysOf(credentials: Credentials | undefined) {
  return {
    accessKeyId: credentials?.AccessKeyId ?? "",
    secretAccessKey: credentials?.SecretAccessKey ?? "",
    sessionToken: credentials?.SessionToken ?? "",
  };
}

function sts(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } = user): STSClient {
  const client = new STSClient({ endpoint: fake.url, region: "eu-west-1", maxAttempts: 1, credentials });
  clients.push(client);
  return client;
}

function ssm(credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string } = user): SSMClient {
  const client = new SSMClient({ endpoint: fake.url, region: "eu-west-1", maxAttempts: 1, credentials });
  clients.push(client);
  return client;
}

const readOne = (client: SSMClient) => client.send(new GetParametersCommand({ Names: ["/a"] }));
const reader = "arn:aws:iam::123456789012:role/reader";

function assume(client: STSClient, more: Partial<ConstructorParameters<typeof AssumeRoleCommand>[0]> = {}) {
  return client.send(new AssumeRoleCommand({ RoleArn: reader, RoleSessionName: "session", ...more }));
}

describe("STS", () => {
  it("issues credentials that name their session in every later call", async () => {
    const answer = await assume(sts());
    expect(answer.AssumedRoleUser?.Arn).toBe("arn:aws:sts::123456789012:assumed-role/reader/session");
    const caller = await sts(keysOf(answer.Credentials)).send(new GetCallerIdentityCommand({}));
    expect(caller).toMatchObject({ Account: "123456789012", Arn: answer.AssumedRoleUser?.Arn });
    await readOne(ssm(keysOf(answer.Credentials)));
    expect(fake.counts().byIdentity[answer.AssumedRoleUser?.Arn ?? ""]).toEqual({
      GetCallerIdentity: 1,
      GetParameters: 1,
    });
  });

  it("checks the external id, the principal and the tags of the trust policy", async () => {
    fake.putRole({ roleArn: reader, externalId: "cluster/shop", requiredTags: { namespace: "shop" } });
    const tags = [{ Key: "namespace", Value: "shop" }];
    await expect(assume(sts(), { ExternalId: "wrong", Tags: tags })).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(assume(sts(), { ExternalId: "cluster/shop" })).rejects.toMatchObject({ name: "AccessDenied" });
    await expect(assume(sts(), { ExternalId: "cluster/shop", Tags: tags })).resolves.toBeDefined();
    fake.putRole({ roleArn: reader, principals: ["arn:aws:iam::*:user/other"] });
    await expect(assume(sts())).rejects.toMatchObject({
      message: `User: arn:aws:iam::123456789012:user/tester is not authorized to perform: sts:AssumeRole on resource: ${reader}`,
    });
  });

  it("bounds a chain to an hour", async () => {
    fake.putRole({ roleArn: reader, maxSessionDuration: 43_200 });
    const first = await assume(sts(), { DurationSeconds: 7200 });
    const second = sts(keysOf(first.Credentials));
    await expect(assume(second, { DurationSeconds: 7200 })).rejects.toMatchObject({ name: "ValidationError" });
    await expect(assume(second, { DurationSeconds: 3600 })).resolves.toBeDefined();
  });

  it("carries transitive tags on and lets nobody set them anew", async () => {
    const Tags = [{ Key: "namespace", Value: "shop" }];
    const first = await assume(sts(), { Tags, TransitiveTagKeys: ["namespace"] });
    const second = await assume(sts(keysOf(first.Credentials)));
    fake.deny([{ action: "ssm:*", unlessTags: { namespace: "shop" } }]);
    await expect(readOne(ssm(keysOf(second.Credentials)))).resolves.toBeDefined();
    await expect(readOne(ssm())).rejects.toMatchObject({ name: "AccessDeniedException" });
    await expect(assume(sts(keysOf(first.Credentials)), { Tags })).rejects.toMatchObject({
      name: "InvalidParameterValue",
    });
  });

  const token = (claims: object) => `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;
  const good = { sub: "system:serviceaccount:shop:reader", aud: ["sts.amazonaws.com"], iss: "https://cluster" };

  test.each([
    { reason: "another audience", claims: { ...good, aud: ["vault"] }, name: "AccessDenied" },
    { reason: "another ServiceAccount", claims: { ...good, sub: "system:serviceaccount:x:y" }, name: "AccessDenied" },
    { reason: "an expired token", claims: { ...good, exp: 1 }, name: "ExpiredTokenException" },
    { reason: "no subject", claims: {}, name: "InvalidIdentityTokenException" },
  ])("refuses a web identity for $reason", async ({ claims, name }) => {
    fake.putRole({ roleArn: reader, webIdentitySubject: good.sub });
    const request = { RoleArn: reader, RoleSessionName: "s", WebIdentityToken: token(claims) };
    await expect(sts().send(new AssumeRoleWithWebIdentityCommand(request))).rejects.toMatchObject({ name });
    const fine = { ...request, WebIdentityToken: token(good) };
    await expect(sts().send(new AssumeRoleWithWebIdentityCommand(fine))).resolves.toMatchObject({
      SubjectFromWebIdentityToken: good.sub,
    });
  });
});

describe("credentials", () => {
  it("end when they expire", async () => {
    const keys = keysOf((await assume(sts())).Credentials);
    await readOne(ssm(keys));
    fake.expireSessions({});
    await expect(sts(keys).send(new GetCallerIdentityCommand({}))).rejects.toMatchObject({ name: "ExpiredToken" });
    await expect(readOne(ssm(keys))).rejects.toMatchObject({ name: "ExpiredTokenException" });
  });

  it("need their session token", async () => {
    const keys = keysOf((await assume(sts())).Credentials);
    await expect(readOne(ssm({ ...keys, sessionToken: "other" }))).rejects.toMatchObject({
      name: "UnrecognizedClientException",
    });
  });

  it("are refused when the clock is more than five minutes off", async () => {
    now += 6 * 60_000;
    await expect(readOne(ssm())).rejects.toMatchObject({ name: "InvalidSignatureException" });
  });
});

test("one bucket serves all reads of Parameter Store, one for each account and region", async () => {
  fake.quotas({ parameterReads: 3 });
  const client = ssm();
  await readOne(client);
  await client.send(new GetParametersByPathCommand({ Path: "/" }));
  await readOne(client);
  await expect(readOne(client)).rejects.toMatchObject({ name: "ThrottlingException", message: "Rate exceeded" });
  now += 334;
  await expect(readOne(client)).resolves.toBeDefined();
  expect(fake.counts().errors).toEqual({ "GetParameters ThrottlingException": 1 });
});

describe("scripted faults", () => {
  it("strike the named operation so many times", async () => {
    fake.faults([
      { operation: "GetParameters", skip: 1, times: 1, effect: "error", code: "InternalServerError", status: 500 },
    ]);
    const client = ssm();
    await readOne(client);
    await expect(readOne(client)).rejects.toMatchObject({ $metadata: { httpStatusCode: 500 } });
    await readOne(client);
  });

  it("strike what names a value, by a reset", async () => {
    fake.faults([{ containing: '"/a"', effect: "reset" }]);
    await expect(readOne(ssm())).rejects.toMatchObject({ message: expect.stringContaining("ECONNRESET") });
    await expect(ssm().send(new GetParametersCommand({ Names: ["/b"] }))).resolves.toBeDefined();
  });
});

test("counts calls and items, and changes all values at once", async () => {
  fake.putParameters({ namePrefix: "/p/", count: 3, bytes: 10 });
  const read = () => ssm().send(new GetParametersCommand({ Names: ["/p/0", "/p/1", "/p/2", "/p/none"] }));
  const before = await read();
  expect(fake.counts()).toMatchObject({ calls: { GetParameters: 1 }, items: { GetParameters: 3 }, perSecond: [1] });
  expect(fake.changeAll({})).toEqual({ changed: 3 });
  const after = await read();
  expect(after.Parameters?.map((each) => each.Version)).toEqual([2, 2, 2]);
  expect(after.Parameters?.[0]?.Value).not.toBe(before.Parameters?.[0]?.Value);
  fake.reset();
  expect(fake.counts().calls).toEqual({});
});
