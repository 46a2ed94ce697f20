import { describe, expect, it } from "@jest/globals";
import type { Service, SourceValue, ValueRef } from "../../api/source.ts";
import { type AccessRule, defaultLimits, type StoreModel } from "../../api/store-model.ts";
import type { AccessNamespace, AccessScope } from "./access-scope.ts";
import { checkAsked, checkReturned } from "./check.ts";

const own = "111111111111";
const other = "222222222222";
const shop: AccessNamespace = { name: "shop", labels: { team: "shop" } };

function storeWith(access: readonly AccessRule[], failoverRegions: readonly string[] = []): StoreModel {
  return {
    ref: { kind: "ClusterValueStore", name: "aws" },
    uid: "1",
    generation: 1,
    controllerClass: "",
    regions: ["eu-central-1"],
    failoverRegions,
    auth: { kind: "operator" },
    assumeRoles: [],
    sessionTagsFromNamespace: false,
    allowDeclassification: true,
    endpoints: {},
    access,
    limits: defaultLimits,
  };
}

function scopeWith(
  patterns: { readonly [service in Service]?: readonly string[] },
  account: string | null = own,
): AccessScope {
  const store = storeWith([{ namespaces: { names: [] }, patterns }], ["us-east-1"]);
  return { store, region: "eu-west-1", ...(account === null ? {} : { account }) };
}

const parameter = (name: string): ValueRef => ({ kind: "parameter", name });
const secret = (secretId: string): ValueRef => ({ kind: "secret", secretId });
const parameterArn = (name: string, { account = own, region = "eu-west-1" } = {}): string =>
  `arn:aws:ssm:${region}:${account}:parameter${name}`;
const secretArn = (name: string, { account = own, region = "eu-west-1" } = {}): string =>
  `arn:aws:secretsmanager:${region}:${account}:secret:${name}`;

describe("what is asked for", () => {
  it.each<[string, Parameters<typeof scopeWith>[0], ValueRef, boolean]>([
    ["a plain name", { parameterStore: ["/shop/*"] }, parameter("/shop/db"), true],
    ["a plain name outside", { parameterStore: ["/shop/*"] }, parameter("/shopping/db"), false],
    ["a selector in the name", { parameterStore: ["/shop/db"] }, parameter("/shop/db:3"), true],
    ["a parameter without its slash", { parameterStore: ["/db"] }, parameter("db"), true],
    ["a pattern without its slash", { parameterStore: ["db*"] }, parameter("/db2"), true],
    ["a service that no rule names", { parameterStore: ["*"] }, secret("prod/db"), false],
    ["a parameter's own ARN", { parameterStore: ["/shop/*"] }, parameter(parameterArn("/shop/db")), true],
    ["a parameter's own ARN, outside", { parameterStore: ["/shop/*"] }, parameter(parameterArn("/pay/db")), false],
    [
      "another account's ARN under a plain pattern",
      { parameterStore: ["*"] },
      parameter(parameterArn("/shop/db", { account: other })),
      false,
    ],
    [
      "another account's ARN under an ARN pattern",
      { parameterStore: [parameterArn("/shop/*", { account: other })] },
      parameter(parameterArn("/shop/db", { account: other })),
      true,
    ],
    [
      "another region's ARN under a plain pattern",
      { parameterStore: ["*"] },
      parameter(parameterArn("/shop/db", { region: "eu-central-1" })),
      false,
    ],
    [
      "another region's ARN under an ARN pattern",
      { parameterStore: [parameterArn("/shop/*", { region: "eu-central-1" })] },
      parameter(parameterArn("/shop/db", { region: "eu-central-1" })),
      true,
    ],
    [
      "an ARN pattern of the own account, plain name",
      { parameterStore: [parameterArn("/shop/*")] },
      parameter("/shop/a"),
      true,
    ],
    [
      "an ARN pattern of another account, plain name",
      { parameterStore: [parameterArn("/shop/*", { account: other })] },
      parameter("/shop/a"),
      false,
    ],
    ["a secret by partial ARN", { secretsManager: ["prod/db"] }, secret(secretArn("prod/db")), true],
    ["a secret by full ARN", { secretsManager: ["prod/db"] }, secret(secretArn("prod/db-AbCdEf")), true],
    ["a secret by full ARN, outside", { secretsManager: ["prod/db"] }, secret(secretArn("prod/api-AbCdEf")), false],
    ["a secret's name under its full ARN", { secretsManager: [secretArn("prod/db-AbCdEf")] }, secret("prod/db"), true],
    [
      "a secret through Parameter Store obeys the secrets' patterns",
      { parameterStore: ["*"], secretsManager: ["prod/*"] },
      parameter("/aws/reference/secretsmanager/dev/db"),
      false,
    ],
    [
      "a secret through Parameter Store, admitted",
      { secretsManager: ["prod/*"] },
      parameter("/aws/reference/secretsmanager/prod/db"),
      true,
    ],
    ["a reference without its slash", { parameterStore: ["*"] }, parameter("aws/reference/secretsmanager/db"), false],
    ["a reference in capitals", { parameterStore: ["*"] }, parameter("/AWS/Reference/SecretsManager/db"), false],
    [
      "a reference by ARN",
      { parameterStore: ["*"] },
      parameter(parameterArn("/aws/reference/secretsmanager/db")),
      false,
    ],
    [
      "a secret's ARN inside a reference",
      { secretsManager: ["*"] },
      parameter(`/aws/reference/secretsmanager/${secretArn("db", { account: other })}`),
      false,
    ],
    ["tags", { parameterStore: ["/shop/*"] }, { kind: "tags", of: { service: "parameterStore", id: "/pay/x" } }, false],
    [
      "a path inside",
      { parameterStore: ["/shop/*"] },
      { kind: "parametersByPath", path: "/shop", recursive: true },
      true,
    ],
    [
      "a path with its slash",
      { parameterStore: ["/shop/*"] },
      { kind: "parametersByPath", path: "/shop/", recursive: false },
      true,
    ],
    ["a path above", { parameterStore: ["/shop/*"] }, { kind: "parametersByPath", path: "/", recursive: true }, false],
    [
      "a path that only begins alike",
      { parameterStore: ["/shop/a*"] },
      { kind: "parametersByPath", path: "/shop", recursive: true },
      false,
    ],
    [
      "a path that two patterns cover only together",
      { parameterStore: ["/shop/a*", "/shop/b*"] },
      { kind: "parametersByPath", path: "/shop", recursive: true },
      false,
    ],
    ["the root", { parameterStore: ["/*"] }, { kind: "parametersByPath", path: "/", recursive: true }, true],
    ["a prefix inside", { secretsManager: ["prod/*"] }, { kind: "secretsByFilter", namePrefix: "prod/shop" }, true],
    [
      "a prefix that reaches further",
      { secretsManager: ["prod/*"] },
      { kind: "secretsByFilter", namePrefix: "prod" },
      false,
    ],
    ["a prefix turned round", { secretsManager: ["!*"] }, { kind: "secretsByFilter", namePrefix: "!prod" }, false],
    ["tags alone", { secretsManager: ["prod/*"] }, { kind: "secretsByFilter", tags: { team: "shop" } }, false],
    ["tags alone where all is allowed", { secretsManager: ["*"] }, { kind: "secretsByFilter", tags: { a: "b" } }, true],
    ["parameters by tags", { parameterStore: ["/shop/*"] }, { kind: "parametersByTags", tags: { a: "b" } }, false],
    ["an ARN of another service", { secretsManager: ["*"] }, secret("arn:aws:s3:::bucket"), false],
  ])("%s", (_name, patterns, ref, allowed) => {
    const failure = checkAsked(scopeWith(patterns), shop, ref);
    expect(failure === undefined).toBe(allowed);
    if (failure !== undefined) expect(failure.reason).toBe("NotAllowedByStore");
  });

  it("lets everything pass where there is no rule", () => {
    const scope = { store: storeWith([]), region: "eu-west-1" };
    expect(checkAsked(scope, shop, secret("anything"))).toBeUndefined();
  });

  it("does not take an ARN for the own account's while that is not known, but waits with a plain name for the answer", () => {
    const plain = scopeWith({ parameterStore: ["*"] }, null);
    expect(checkAsked(plain, shop, parameter(parameterArn("/x", { account: other })))).toBeDefined();
    const foreign = scopeWith({ parameterStore: [parameterArn("/x", { account: other })] }, null);
    expect(checkAsked(foreign, shop, parameter("/x"))).toBeUndefined();
    expect(checkReturned(foreign, shop, value("parameterStore", "/x", parameterArn("/x")))).toBeDefined();
  });
});

function value(service: Service, name: string, arn: string): SourceValue {
  return { service, name, arn, type: "Secret", version: "1", versionKey: "1" };
}

describe("what was answered", () => {
  it.each<[string, Parameters<typeof scopeWith>[0], SourceValue, boolean]>([
    [
      "a name inside",
      { secretsManager: ["prod/*"] },
      value("secretsManager", "prod/db", secretArn("prod/db-AbCdEf")),
      true,
    ],
    [
      "the answer's name counts, not what its ARN looks like without six characters",
      { secretsManager: ["prod/db"] },
      value("secretsManager", "prod/db-AbCdEf", secretArn("prod/db-AbCdEf-GhIjKl")),
      false,
    ],
    [
      "a full ARN as the pattern",
      { secretsManager: [secretArn("prod/db-AbCdEf")] },
      value("secretsManager", "prod/db", secretArn("prod/db-AbCdEf")),
      true,
    ],
    [
      "another secret of the same name, made anew",
      { secretsManager: [secretArn("prod/db-AbCdEf")] },
      value("secretsManager", "prod/db", secretArn("prod/db-GhIjKl")),
      false,
    ],
    [
      "another account's value under a plain pattern",
      { parameterStore: ["*"] },
      value("parameterStore", "/shop/db", parameterArn("/shop/db", { account: other })),
      false,
    ],
    [
      "a replica stands for its primary",
      { secretsManager: ["prod/*"] },
      value("secretsManager", "prod/db", secretArn("prod/db-AbCdEf", { region: "us-east-1" })),
      true,
    ],
    [
      "a region that is no failover region does not",
      { secretsManager: ["prod/*"] },
      value("secretsManager", "prod/db", secretArn("prod/db-AbCdEf", { region: "eu-central-1" })),
      false,
    ],
    [
      "a reference obeys the secrets' patterns",
      { parameterStore: ["*"] },
      value("parameterStore", "/aws/reference/secretsmanager/db", parameterArn("/aws/reference/secretsmanager/db")),
      false,
    ],
    [
      "a public parameter of AWS has no account",
      { parameterStore: ["/aws/service/*"] },
      value("parameterStore", "/aws/service/ami", parameterArn("/aws/service/ami", { account: "" })),
      true,
    ],
  ])("%s", (_name, patterns, answered, allowed) => {
    expect(checkReturned(scopeWith(patterns), shop, answered) === undefined).toBe(allowed);
  });
});

describe.each([
  { partition: "aws-cn", region: "cn-north-1" },
  { partition: "aws-us-gov", region: "us-gov-west-1" },
])("in $partition", ({ partition, region }) => {
  const arn = (account: string, name: string): string => `arn:${partition}:ssm:${region}:${account}:parameter${name}`;
  const scope = (...patterns: string[]): AccessScope => ({
    ...scopeWith({ parameterStore: patterns }),
    region,
  });

  it.each([
    { reason: "its own ARN is a plain name", patterns: ["/shop/*"], id: arn(own, "/shop/db"), allowed: true },
    { reason: "a pattern may be its ARN", patterns: [arn(own, "/shop/*")], id: "/shop/db", allowed: true },
    { reason: "another account needs one", patterns: ["*"], id: arn(other, "/shop/db"), allowed: false },
    { reason: "and has it", patterns: [arn(other, "/shop/*")], id: arn(other, "/shop/db"), allowed: true },
    {
      reason: "the ARN of another partition is another name",
      patterns: ["arn:aws:ssm:*:*:parameter/*"],
      id: arn(other, "/shop/db"),
      allowed: false,
    },
  ])("$reason", ({ patterns, id, allowed }) => {
    expect(checkAsked(scope(...patterns), shop, parameter(id)) === undefined).toBe(allowed);
    const name = id.slice(id.indexOf("/"));
    const answered = value("parameterStore", name, id.startsWith("arn:") ? id : arn(own, id));
    expect(checkReturned(scope(...patterns), shop, answered) === undefined).toBe(allowed);
  });
});

describe("whom a rule speaks of", () => {
  const rule = (namespaces: AccessRule["namespaces"], pattern: string): AccessRule => ({
    namespaces,
    patterns: { parameterStore: [pattern] },
  });
  const scope = (...access: AccessRule[]): AccessScope => ({
    store: storeWith(access),
    region: "eu-west-1",
    account: own,
  });

  it.each<[string, AccessRule["namespaces"], boolean]>([
    ["by name", { names: ["pay", "shop"] }, true],
    ["by another name", { names: ["pay"] }, false],
    ["by label", { names: [], selector: { matchLabels: { team: "shop" } } }, true],
    ["by another label", { names: [], selector: { matchLabels: { team: "pay" } } }, false],
    ["by name and label, which must both fit", { names: ["shop"], selector: { matchLabels: { team: "pay" } } }, false],
  ])("%s", (_name, namespaces, allowed) => {
    expect(checkAsked(scope(rule(namespaces, "*")), shop, parameter("/x")) === undefined).toBe(allowed);
  });

  it("names the rules that fit and what to do", () => {
    const rules = [
      rule({ names: ["pay"] }, "*"),
      rule({ names: ["shop"] }, "/shop/*"),
      rule({ names: [] }, "/common/*"),
    ];
    expect(checkAsked(scope(...rules), shop, parameter("/pay/x"))?.message).toBe(
      "parameterStore /pay/x: ClusterValueStore aws does not allow it to namespace shop (spec.access[1], spec.access[2]); " +
        "one of its patterns must match the name",
    );
  });

  it("says so where no rule fits", () => {
    expect(checkAsked(scope(rule({ names: ["pay"] }, "*")), shop, parameter("/x"))?.message).toMatch(
      "no rule in spec.access of ClusterValueStore aws admits namespace shop",
    );
  });
});
