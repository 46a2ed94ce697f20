import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { formatArn, isArn, parseArn, parseParameterArn, parseSecretArn } from "./arn.ts";

const at = { region: "eu-west-1", account: "123456789012" };

describe("parseArn", () => {
  it.each([
    {
      text: "arn:aws:ssm:eu-west-1:123456789012:parameter/x",
      arn: { partition: "aws", service: "ssm", ...at, resource: "parameter/x" },
    },
    {
      text: "arn:aws-us-gov:iam::123456789012:role/a/b",
      arn: { partition: "aws-us-gov", service: "iam", region: "", account: "123456789012", resource: "role/a/b" },
    },
    {
      text: "arn:aws-cn:secretsmanager:cn-north-1:123456789012:secret:a:b::",
      arn: {
        partition: "aws-cn",
        service: "secretsmanager",
        region: "cn-north-1",
        account: "123456789012",
        resource: "secret:a:b::",
      },
    },
    {
      text: "arn:aws:s3:::bucket",
      arn: { partition: "aws", service: "s3", region: "", account: "", resource: "bucket" },
    },
  ])("takes $text apart and puts it together again", ({ text, arn }) => {
    expect(parseArn(text)).toEqual(arn);
    expect(formatArn(arn)).toBe(text);
  });

  it.each([
    "",
    "arn",
    "arn:aws:ssm",
    "arn:aws:ssm:eu-west-1:123456789012:",
    "arn:other:ssm:eu-west-1:123456789012:x",
    "arn:aws:ssm:eu-west-1:12345:x",
    "urn:aws:ssm:eu-west-1:123456789012:x",
  ])("refuses %j", (text) => {
    expect(parseArn(text)).toBeUndefined();
  });

  test("never throws, and gives back what it took apart", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."arn:aws-ssm:1234567890/x") }), (text) => {
        const arn = parseArn(text);
        if (arn) expect(formatArn(arn)).toBe(text);
      }),
    );
  });
});

test.each([
  { id: "arn:aws:ssm:eu-west-1:123456789012:parameter/x", is: true },
  { id: "/arn/x", is: false },
])("isArn of $id is $is", ({ id, is }) => {
  expect(isArn(id)).toBe(is);
});

describe("parseParameterArn", () => {
  const arn = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/x";

  it.each([
    { behind: "", selector: undefined },
    { behind: ":3", selector: { version: 3 } },
    { behind: ":stable", selector: { label: "stable" } },
    { behind: ":v3", selector: { label: "v3" } },
  ])("reads what stands behind it: $behind", ({ behind, selector }) => {
    expect(parseParameterArn(`${arn}${behind}`)).toEqual({
      arn,
      ...at,
      name: "/shop/x",
      ...(selector ? { selector } : {}),
    });
  });

  it.each([
    "arn:aws:ssm:eu-west-1:123456789012:document/x",
    "arn:aws:ssm:eu-west-1:123456789012:parameter/",
    "arn:aws:ssm::123456789012:parameter/x",
    "arn:aws:ssm:eu-west-1::parameter/x",
    "arn:aws:ssm:eu-west-1:123456789012:parameter/x:1:2",
    "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
    "/shop/x",
  ])("refuses %s", (text) => {
    expect(parseParameterArn(text)).toBeUndefined();
  });
});

describe("parseSecretArn", () => {
  const base = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";
  const arn = `${base}prod/api-AbCdEf`;
  const full = { arn, ...at, names: ["prod/api", "prod/api-AbCdEf"] };

  it.each([
    { text: arn, parsed: full },
    { text: `${arn}:key::`, parsed: { ...full, jsonKey: "key" } },
    { text: `${arn}:key`, parsed: { ...full, jsonKey: "key" } },
    { text: `${arn}::AWSPREVIOUS:`, parsed: { ...full, versionStage: "AWSPREVIOUS" } },
    { text: `${arn}:key::4e7b`, parsed: { ...full, jsonKey: "key", versionId: "4e7b" } },
    { text: `${base}prod/api`, parsed: { arn: `${base}prod/api`, ...at, names: ["prod/api"] } },
    { text: `${base}a-b-AbCdEf`, parsed: { arn: `${base}a-b-AbCdEf`, ...at, names: ["a-b", "a-b-AbCdEf"] } },
    { text: `${base}-AbCdEf`, parsed: { arn: `${base}-AbCdEf`, ...at, names: ["-AbCdEf"] } },
  ])("reads $text", ({ text, parsed }) => {
    expect(parseSecretArn(text)).toEqual(parsed);
  });

  it.each([
    `${base}`,
    `${arn}:key:stage:id:more`,
    "arn:aws:secretsmanager::123456789012:secret:x",
    "arn:aws:secretsmanager:eu-west-1:123456789012:policy:x",
    "arn:aws:ssm:eu-west-1:123456789012:parameter/x",
    "prod/api",
  ])("refuses %s", (text) => {
    expect(parseSecretArn(text)).toBeUndefined();
  });
});
