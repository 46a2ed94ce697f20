import {
  DescribeParametersCommand,
  GetParameterCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  SSMClient,
} from "@aws-sdk/client-ssm";
import { afterEach, beforeEach, describe, expect, it, test } from "@jest/globals";
import { type FakeAws, startFakeAws } from "./fake-aws.ts";

let now = Date.now();
let fake: FakeAws;
let client: SSMClient;

beforeEach(async () => {
  now = Date.now();
  fake = await startFakeAws({ now: () => now });
  client = new SSMClient({
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

const read = (...Names: string[]) => client.send(new GetParametersCommand({ Names, WithDecryption: true }));

describe("GetParameters", () => {
  it("answers in alphabetical order and lists what is missing", async () => {
    fake.putParameter({ name: "/b", value: "2" });
    fake.putParameter({ name: "/a", value: "1" });
    const answer = await read("/b", "/missing", "/a");
    expect(answer.Parameters?.map((each) => [each.Name, each.Value, each.Version])).toEqual([
      ["/a", "1", 1],
      ["/b", "2", 1],
    ]);
    expect(answer.InvalidParameters).toEqual(["/missing"]);
  });

  it("answers a bare name and the selector with its colon", async () => {
    fake.putParameter({ name: "/a", value: "one", labels: ["stable"] });
    fake.putParameter({ name: "/a", value: "two" });
    const answer = await read("/a:stable", "/a:2", "/a:7", "/a:unknown");
    expect(answer.Parameters?.map((each) => [each.Name, each.Selector, each.Value])).toEqual([
      ["/a", ":stable", "one"],
      ["/a", ":2", "two"],
    ]);
    expect(answer.InvalidParameters).toEqual(["/a:7", "/a:unknown"]);
  });

  it("moves a label from one version to another", async () => {
    fake.putParameter({ name: "/a", value: "one", labels: ["stable"] });
    fake.putParameter({ name: "/a", value: "two", labels: ["stable"] });
    expect((await read("/a:stable")).Parameters?.[0]?.Value).toBe("two");
    fake.labelParameter({ name: "/a", version: 1, label: "stable" });
    expect((await read("/a:stable")).Parameters?.[0]?.Value).toBe("one");
  });

  test.each([
    { reason: "eleven names", names: Array.from({ length: 11 }, (_, index) => `/${index}`) },
    { reason: "no name", names: [] },
    { reason: "a trailing slash", names: ["/fine", "/a/"] },
    { reason: "not fully qualified", names: ["a/b"] },
    { reason: "two selectors", names: ["/a:1:2"] },
  ])("refuses the whole call for $reason", async ({ names }) => {
    await expect(read(...names)).rejects.toMatchObject({ name: "ValidationException" });
  });

  it("forgets a parameter when it expires", async () => {
    fake.putParameter({ name: "/a", value: "1", expiresAt: now + 1000 });
    expect((await read("/a")).Parameters).toHaveLength(1);
    now += 1000;
    expect((await read("/a")).InvalidParameters).toEqual(["/a"]);
  });

  it("knows another account's parameter by its ARN only when it is shared, and answers with the ARN", async () => {
    const { arn } = fake.putParameter({ name: "/a", value: "1", account: "999999999999" });
    expect((await read(arn)).InvalidParameters).toEqual([arn]);
    fake.putParameter({ name: "/a", value: "2", account: "999999999999", sharedWith: ["123456789012"] });
    expect((await read(`${arn}:2`)).Parameters?.[0]).toMatchObject({ Name: arn, Selector: ":2", Value: "2" });
  });

  it("denies the whole call for one denied name, in AWS's words", async () => {
    fake.deny([{ action: "ssm:GetParameters", resource: "*:parameter/b" }]);
    await expect(read("/a", "/b")).rejects.toMatchObject({
      name: "AccessDeniedException",
      message: expect.stringContaining(
        "user/tester is not authorized to perform: ssm:GetParameters on resource: arn:aws:ssm:eu-west-1:123456789012:parameter/b",
      ),
    });
    await expect(read("/a")).resolves.toMatchObject({ InvalidParameters: ["/a"] });
  });

  it("reads a secret by reference", async () => {
    fake.putSecret({ name: "prod/db", value: "s" });
    const answer = await read("/aws/reference/secretsmanager/prod/db", "/aws/reference/secretsmanager/none");
    expect(answer.Parameters?.[0]).toMatchObject({ Value: "s", Version: 0, Type: "SecureString" });
    expect(answer.InvalidParameters).toEqual(["/aws/reference/secretsmanager/none"]);
  });
});

test("GetParameter says what is missing: the name or the version", async () => {
  fake.putParameter({ name: "/a", value: "1" });
  const get = (Name: string) => client.send(new GetParameterCommand({ Name, WithDecryption: true }));
  await expect(get("/none")).rejects.toMatchObject({ name: "ParameterNotFound" });
  await expect(get("/a:9")).rejects.toMatchObject({ name: "ParameterVersionNotFound" });
  await expect(get("/a:1")).resolves.toMatchObject({ Parameter: { Value: "1", Selector: ":1" } });
});

describe("GetParametersByPath", () => {
  const pages = async (input: { Path: string; Recursive?: boolean; label?: string }) => {
    const found: (string | undefined)[][] = [];
    let NextToken: string | undefined;
    do {
      const answer = await client.send(
        new GetParametersByPathCommand({
          Path: input.Path,
          Recursive: input.Recursive ?? true,
          WithDecryption: true,
          NextToken,
          ...(input.label ? { ParameterFilters: [{ Key: "Label", Values: [input.label] }] } : {}),
        }),
      );
      found.push((answer.Parameters ?? []).map((each) => each.Name));
      NextToken = answer.NextToken;
    } while (NextToken);
    return found;
  };

  it("pages by ten, empty pages between where asked", async () => {
    fake.putParameters({ namePrefix: "/shop/x", count: 23, bytes: 8 });
    expect((await pages({ Path: "/shop" })).map((page) => page.length)).toEqual([10, 10, 3]);
    fake.lists({ emptyPages: 1 });
    expect((await pages({ Path: "/shop" })).map((page) => page.length)).toEqual([10, 0, 10, 0, 3]);
  });

  it("keeps to the path and its depth", async () => {
    for (const name of ["/shop/a", "/shop/a/b", "/shopping/c"]) {
      fake.putParameter({ name, value: "1" });
    }
    expect(await pages({ Path: "/shop" })).toEqual([["/shop/a", "/shop/a/b"]]);
    expect(await pages({ Path: "/shop/", Recursive: false })).toEqual([["/shop/a"]]);
  });

  it("answers the labelled version", async () => {
    fake.putParameter({ name: "/shop/a", value: "one", labels: ["stable"] });
    fake.putParameter({ name: "/shop/a", value: "two" });
    fake.putParameter({ name: "/shop/b", value: "none" });
    expect(await pages({ Path: "/shop", label: "stable" })).toEqual([["/shop/a"]]);
  });

  it("shows children that IAM would deny singly", async () => {
    fake.putParameter({ name: "/shop/a", value: "1" });
    fake.deny([{ action: "ssm:GetParameter*", resource: "*:parameter/shop/a" }]);
    expect(await pages({ Path: "/shop" })).toEqual([["/shop/a"]]);
    await expect(read("/shop/a")).rejects.toMatchObject({ name: "AccessDeniedException" });
  });

  it("neither repeats nor hides a parameter when another goes between two pages", async () => {
    fake.putParameters({ namePrefix: "/shop/x", count: 12, bytes: 8 });
    const first = await client.send(new GetParametersByPathCommand({ Path: "/shop" }));
    fake.deleteParameter({ name: first.Parameters?.[0]?.Name ?? "" });
    const second = await client.send(new GetParametersByPathCommand({ Path: "/shop", NextToken: first.NextToken }));
    expect(second.Parameters).toHaveLength(2);
  });
});

test("DescribeParameters filters by tag and by name, fifty a page", async () => {
  fake.putParameters({ namePrefix: "/a/", count: 60, bytes: 4, tags: { team: "shop" } });
  fake.putParameter({ name: "/b", value: "1", tags: { team: "ops" } });
  const describe = async (filter: { Key: string; Option?: string; Values: string[] }) => {
    const answer = await client.send(new DescribeParametersCommand({ ParameterFilters: [filter] }));
    return [answer.Parameters?.length, answer.NextToken !== undefined];
  };
  expect(await describe({ Key: "tag:team", Values: ["shop"] })).toEqual([50, true]);
  expect(await describe({ Key: "tag:team", Values: ["ops"] })).toEqual([1, false]);
  expect(await describe({ Key: "Name", Option: "BeginsWith", Values: ["/b"] })).toEqual([1, false]);
});

test("ListTagsForResource answers tags, and InvalidResourceId for what is not there", async () => {
  fake.putParameter({ name: "/a", value: "1", tags: { owner: "me" } });
  const tags = (ResourceId: string) =>
    client.send(new ListTagsForResourceCommand({ ResourceType: "Parameter", ResourceId }));
  expect((await tags("/a")).TagList).toEqual([{ Key: "owner", Value: "me" }]);
  await expect(tags("/none")).rejects.toMatchObject({ name: "InvalidResourceId" });
});
