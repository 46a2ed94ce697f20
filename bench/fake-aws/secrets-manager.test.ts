import {
  BatchGetSecretValueCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  ListSecretsCommand,
  SecretsManagerClient,
} from "@aws-sdk/client-secrets-manager";
import { afterEach, beforeEach, describe, expect, it, test } from "@jest/globals";
import { type FakeAws, startFakeAws } from "./fake-aws.ts";

let now = Date.now();
let fake: FakeAws;
let client: SecretsManagerClient;

beforeEach(async () => {
  now = Date.now();
  fake = await startFakeAws({ now: () => now });
  client = new SecretsManagerClient({
    endpoint: fake.url,
    region: "eu-west-1",
    maxAttempts: 1,
    credentials: { accessKeyId: "tester", secretAccessKey: "unused" },
  });
});

afterEach(async () => {
  client.destroy();
  await fake.stop();
});

const batch = (...SecretIdList: string[]) => client.send(new BatchGetSecretValueCommand({ SecretIdList }));
const get = (SecretId: string, more: { VersionStage?: string; VersionId?: string } = {}) =>
  client.send(new GetSecretValueCommand({ SecretId, ...more }));

describe("BatchGetSecretValue", () => {
  it("reports each failure on its own, by the id that was asked", async () => {
    fake.putSecret({ name: "fine", value: "v" });
    fake.putSecret({ name: "empty" });
    fake.putSecret({ name: "doomed", value: "v" });
    fake.putSecret({ name: "denied", value: "v" });
    fake.deleteSecret({ secretId: "doomed" });
    fake.deny([{ action: "secretsmanager:GetSecretValue", resource: "*:secret:denied-*" }]);
    const answer = await batch("fine", "empty", "doomed", "denied", "missing");
    expect(answer.SecretValues?.map((each) => each.Name)).toEqual(["fine"]);
    expect(answer.Errors).toEqual([
      {
        SecretId: "empty",
        ErrorCode: "ResourceNotFoundException",
        Message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
      },
      {
        SecretId: "doomed",
        ErrorCode: "InvalidRequestException",
        Message: "You can't perform this operation on the secret because it was marked for deletion.",
      },
      { SecretId: "denied", ErrorCode: "AccessDeniedException", Message: expect.stringContaining("not authorized") },
      {
        SecretId: "missing",
        ErrorCode: "ResourceNotFoundException",
        Message: "Secrets Manager can't find the specified secret.",
      },
    ]);
  });

  it("refuses 21 ids", async () => {
    const ids = Array.from({ length: 21 }, (_, index) => `s${index}`);
    await expect(batch(...ids)).rejects.toMatchObject({ name: "ValidationException" });
    await expect(batch(...ids.slice(1))).resolves.toMatchObject({ SecretValues: [] });
  });

  it("is refused whole without its own permission", async () => {
    fake.deny([{ action: "secretsmanager:BatchGetSecretValue" }]);
    await expect(batch("a")).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("pages filters by twenty", async () => {
    fake.putSecrets({ namePrefix: "p/", count: 25, bytes: 4 });
    const Filters = [{ Key: "name" as const, Values: ["p/"] }];
    const first = await client.send(new BatchGetSecretValueCommand({ Filters }));
    expect(first.SecretValues).toHaveLength(20);
    const second = await client.send(new BatchGetSecretValueCommand({ Filters, NextToken: first.NextToken }));
    expect([second.SecretValues?.length, second.NextToken]).toEqual([5, undefined]);
  });
});

describe("GetSecretValue", () => {
  it("moves AWSCURRENT, AWSPREVIOUS and AWSPENDING as a rotation does", async () => {
    fake.putSecret({ name: "db", value: "old", versionId: "11111111-1111-1111-1111-111111111111" });
    const pending = "22222222-2222-2222-2222-222222222222";
    fake.putSecret({ name: "db", value: "new", versionId: pending, stages: ["AWSPENDING"] });
    expect((await get("db")).SecretString).toBe("old");
    expect((await get("db", { VersionStage: "AWSPENDING" })).SecretString).toBe("new");
    fake.moveStage({ secretId: "db", stage: "AWSCURRENT", versionId: pending });
    expect((await get("db")).SecretString).toBe("new");
    expect((await batch("db")).SecretValues?.[0]?.SecretString).toBe("new");
    expect((await get("db", { VersionStage: "AWSPREVIOUS" })).SecretString).toBe("old");
    await expect(get("db", { VersionStage: "AWSPENDING" })).rejects.toMatchObject({
      name: "ResourceNotFoundException",
      message: "Secrets Manager can't find the specified secret value for staging label: AWSPENDING",
    });
  });

  it("takes a name, an ARN and a partial ARN, and answers name and full ARN", async () => {
    const { arn } = fake.putSecret({ name: "prod/db", value: "v" });
    for (const id of ["prod/db", arn, arn.replace(/-[^-]{6}$/, "")]) {
      expect(await get(id)).toMatchObject({ Name: "prod/db", ARN: arn, SecretString: "v" });
    }
  });

  it("takes a name that ends in a hyphen and six characters for a complete ARN", async () => {
    const { arn } = fake.putSecret({ name: "my-secret", value: "v" });
    await expect(get(arn.replace(/-[^-]{6}$/, ""))).rejects.toMatchObject({ name: "ResourceNotFoundException" });
  });

  it("sends bytes as bytes", async () => {
    fake.putBinarySecret({ name: "keystore", base64: "AP8B" });
    expect([...((await get("keystore")).SecretBinary ?? [])]).toEqual([0, 255, 1]);
  });

  it("lets another account's secret be read when its policy says so", async () => {
    const { arn } = fake.putSecret({ name: "s", value: "v", account: "999999999999" });
    await expect(get(arn)).rejects.toMatchObject({ name: "AccessDeniedException" });
    fake.putSecret({ name: "s", account: "999999999999", sharedWith: ["123456789012"] });
    await expect(get(arn)).resolves.toMatchObject({ SecretString: "v" });
  });
});

test("DescribeSecret answers versions, tags and the date of deletion without a value", async () => {
  const { versionIds } = fake.putSecret({ name: "db", value: "v", tags: { team: "shop" } });
  fake.deleteSecret({ secretId: "db" });
  const answer = await client.send(new DescribeSecretCommand({ SecretId: "db" }));
  expect(answer).toMatchObject({
    Tags: [{ Key: "team", Value: "shop" }],
    VersionIdsToStages: { [versionIds[0] ?? ""]: ["AWSCURRENT"] },
  });
  expect(answer.DeletedDate?.getTime()).toBe(now);
  expect(JSON.stringify(answer)).not.toContain('"v"');
});

describe("ListSecrets", () => {
  const names = async (Filters: { Key: "name" | "tag-key" | "tag-value"; Values: string[] }[]) =>
    (await client.send(new ListSecretsCommand({ Filters }))).SecretList?.map((each) => each.Name);

  it("filters by prefix and tags, without what is scheduled for deletion", async () => {
    fake.putSecret({ name: "prod/a", value: "1", tags: { team: "shop" } });
    fake.putSecret({ name: "prod/b", value: "1", tags: { team: "ops" } });
    fake.putSecret({ name: "prod/c", value: "1" });
    fake.putSecret({ name: "test/a", value: "1", tags: { team: "shop" } });
    fake.deleteSecret({ secretId: "prod/c" });
    expect(await names([{ Key: "name", Values: ["prod/"] }])).toEqual(["prod/a", "prod/b"]);
    expect(
      await names([
        { Key: "name", Values: ["prod/"] },
        { Key: "tag-key", Values: ["team"] },
        { Key: "tag-value", Values: ["shop"] },
      ]),
    ).toEqual(["prod/a"]);
  });

  it("lags behind reads where asked", async () => {
    fake.lists({ lagMs: 60_000 });
    fake.putSecret({ name: "young", value: "1" });
    expect(await names([])).toEqual([]);
    now += 60_000;
    expect(await names([])).toEqual(["young"]);
    fake.deleteSecret({ secretId: "young" });
    expect(await names([])).toEqual(["young"]);
  });

  it("pages by a hundred", async () => {
    fake.putSecrets({ namePrefix: "s", count: 150, bytes: 4 });
    const first = await client.send(new ListSecretsCommand({}));
    const second = await client.send(new ListSecretsCommand({ NextToken: first.NextToken }));
    expect([first.SecretList?.length, second.SecretList?.length, second.NextToken]).toEqual([100, 50, undefined]);
  });
});
