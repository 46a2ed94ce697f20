import { describe, expect, it, test } from "@jest/globals";
import { mayBeSame, parameterObject, secretObject } from "./object-name.ts";
import { refKey } from "./ref-key.ts";
import { isPinned, routeOf } from "./route.ts";

const sm = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";
const ssm = "arn:aws-cn:ssm:cn-north-1:123456789012:parameter";

describe("mayBeSame", () => {
  const secrets: { a: string; b: string; same: boolean; reason: string }[] = [
    { a: "db", b: "db", same: true, reason: "the same name" },
    { a: "db", b: `${sm}db`, same: true, reason: "a partial ARN" },
    { a: "db", b: `${sm}db-AbCdEf`, same: true, reason: "a full ARN" },
    { a: `${sm}db`, b: `${sm}db-AbCdEf`, same: true, reason: "partial and full" },
    { a: "db-master", b: `${sm}db-master`, same: true, reason: "a name that ends like an ARN" },
    { a: `${sm}db-master`, b: `${sm}db-master-AbCdEf`, same: true, reason: "that partial ARN and its full one" },
    { a: "db", b: `${sm}db-master`, same: true, reason: "the ARN may be full" },
    { a: "db-000001", b: "db-000002", same: false, reason: "two names" },
    { a: `${sm}db-000001`, b: `${sm}db-000002`, same: false, reason: "two partial ARNs" },
    { a: "db", b: "db-master", same: false, reason: "names are no ARNs" },
  ];
  test.each(secrets)("secrets: $a and $b ($reason)", ({ a, b, same }) => {
    expect(mayBeSame(secretObject(a), secretObject(b))).toBe(same);
    expect(mayBeSame(secretObject(b), secretObject(a))).toBe(same);
  });

  test.each([
    { a: "/a", b: `${ssm}/a`, same: true },
    { a: "a", b: `${ssm}/a`, same: true },
    { a: "/a", b: "a", same: true },
    { a: "/a/b", b: "/a", same: false },
    { a: "/a", b: `${ssm}/b/a`, same: false },
  ])("parameters: $a and $b", ({ a, b, same }) => {
    expect(mayBeSame(parameterObject(a), parameterObject(b))).toBe(same);
  });
});

describe("refKey", () => {
  it("is one for one question", () => {
    expect(refKey({ kind: "secret", secretId: "a", versionStage: "AWSCURRENT" })).toBe(
      refKey({ kind: "secret", secretId: "a" }),
    );
    expect(refKey({ kind: "parametersByTags", tags: { a: "1", b: "2" } })).toBe(
      refKey({ kind: "parametersByTags", tags: { b: "2", a: "1" } }),
    );
  });

  it("is another for another question", () => {
    const keys = [
      refKey({ kind: "parameter", name: "a" }),
      refKey({ kind: "parameter", name: "a", selector: { version: 1 } }),
      refKey({ kind: "parameter", name: "a", selector: { label: "x" } }),
      refKey({ kind: "secret", secretId: "a" }),
      refKey({ kind: "secret", secretId: "a", versionStage: "AWSPREVIOUS" }),
      refKey({ kind: "secret", secretId: "a", versionId: "AWSPREVIOUS" }),
      refKey({ kind: "secret", secretId: `${sm}a` }),
      refKey({ kind: "tags", of: { service: "parameterStore", id: "a" } }),
      refKey({ kind: "tags", of: { service: "secretsManager", id: "a" } }),
      refKey({ kind: "parametersByPath", path: "/a", recursive: true }),
      refKey({ kind: "parametersByPath", path: "/a", recursive: false }),
      refKey({ kind: "secretsByFilter", namePrefix: "a" }),
      refKey({ kind: "secretsByFilter", tags: { a: "" } }),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });
});

describe("routes", () => {
  test.each([
    { ref: { kind: "secret", secretId: "a" } as const, route: "secrets", pinned: false },
    { ref: { kind: "secret", secretId: "a", versionStage: "AWSCURRENT" } as const, route: "secrets", pinned: false },
    {
      ref: { kind: "secret", secretId: "a", versionStage: "AWSPENDING" } as const,
      route: "secretVersions",
      pinned: false,
    },
    { ref: { kind: "secret", secretId: "a", versionId: "v" } as const, route: "secretVersions", pinned: true },
    {
      ref: { kind: "parameter", name: "a", selector: { version: 1 } } as const,
      route: "parameters",
      pinned: true,
    },
    {
      ref: { kind: "parameter", name: "a", selector: { label: "l" } } as const,
      route: "parameters",
      pinned: false,
    },
  ])("$ref goes by $route", ({ ref, route, pinned }) => {
    expect([routeOf(ref), isPinned(ref)]).toEqual([route, pinned]);
  });
});
