import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Clock } from "../clock.ts";
import type { AccessKeySecret } from "../credentials/ports.ts";
import type { AwsError } from "../errors.ts";
import type { RequestFinished } from "../metrics.ts";
import type { Hop, Recipe } from "../recipe.ts";
import { type AwsClients, type AwsClientsOptions, createAwsClients } from "./aws-clients.ts";
import { type Scripted, type ScriptedAws, startScriptedAws } from "./scripted-aws.ts";

const account = "111111111111";
const clock: Clock = {
  now: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return () => clearTimeout(timer);
  },
};

let aws: ScriptedAws;
let clients: AwsClients;
let finished: RequestFinished[];
let secret: AccessKeySecret | undefined;
let newestChange: string | undefined;
let tokenStatus: number | undefined;

function start(more: Partial<AwsClientsOptions> = {}): void {
  clients = createAwsClients({
    environment: {},
    readFile: async () => `${webToken("operator-uid")}\n`,
    clock,
    random: () => 0.5,
    metrics: { requestFinished: (event) => void finished.push(event) },
    connections: { requestTimeoutMs: 300 },
    tokens: {
      async token({ namespace, name, audience }) {
        if (tokenStatus !== undefined) throw Object.assign(new Error("CANARY"), { status: tokenStatus });
        expect([namespace, name, audience]).toEqual(["shop", "reader", "sts.amazonaws.com"]);
        return webToken("uid-1");
      },
    },
    accessKeys: { read: async () => secret, changeToken: () => newestChange },
    defaultChain: async () => ({ credentials: { accessKeyId: "AKIAOPERATOR", secretAccessKey: "x" } }),
    ...more,
  });
}

beforeEach(async () => {
  aws = await startScriptedAws();
  finished = [];
  secret = keySecret("AKIAKEY1", "1");
  newestChange = undefined;
  tokenStatus = undefined;
  start();
});

afterEach(async () => {
  clients.close();
  await aws.close();
});

function webToken(uid: string): string {
  const claims = { sub: "system:serviceaccount:shop:reader", "kubernetes.io": { serviceaccount: { uid } } };
  return `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.s`;
}

function keySecret(id: string, changeToken: string): AccessKeySecret {
  return {
    uid: "secret-uid",
    data: new Map([
      ["id", `${id}\n`],
      ["key", "CANARY-KEY"],
    ]),
    changeToken,
  };
}

function assumed(operation: string, name: string): Scripted {
  const expiration = new Date(Date.now() + 3_600_000).toISOString();
  return {
    headers: { "content-type": "text/xml" },
    text: `<${operation}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${operation}Result>
      <Credentials><AccessKeyId>ASIA${name}</AccessKeyId><SecretAccessKey>s</SecretAccessKey>
      <SessionToken>t</SessionToken><Expiration>${expiration}</Expiration></Credentials>
      <AssumedRoleUser><AssumedRoleId>A:x</AssumedRoleId>
      <Arn>arn:aws:sts::${account}:assumed-role/${name}/session</Arn></AssumedRoleUser>
      </${operation}Result></${operation}Response>`,
  };
}

function refusal(code: string, message: string): Scripted {
  return {
    status: 403,
    headers: { "content-type": "text/xml" },
    text: `<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
      <Code>${code}</Code><Message>${message}</Message></Error><RequestId>r</RequestId></ErrorResponse>`,
  };
}

function hop(name: string, more: Partial<Hop> = {}): Hop {
  return {
    roleArn: `arn:aws:iam::${account}:role/${name}`,
    sessionName: "external-values",
    sessionTags: {},
    transitiveTagKeys: [],
    durationSeconds: 3600,
    ...more,
  };
}

function recipe(base: Recipe["base"], ...hops: readonly Hop[]): Recipe {
  const endpoints = { parameterStore: aws.endpoint, secretsManager: aws.endpoint, sts: aws.endpoint };
  return { base, hops, region: "eu-west-1", endpoints };
}

const operator = { kind: "operator" } as const;
const serviceAccount = {
  kind: "serviceAccount",
  namespace: "shop",
  name: "reader",
  uid: "uid-1",
  roleArn: `arn:aws:iam::${account}:role/irsa`,
  sessionName: "external-values@shop.reader",
} as const;
const accessKey = {
  kind: "accessKey",
  namespace: "shop",
  secretName: "aws-key",
  accessKeyIdKey: "id",
  secretAccessKeyKey: "key",
} as const;

function read(of: Recipe): Promise<unknown> {
  return clients.calls(of, "eu-west-1").getParameters(["/x"], { priority: "refresh", store: "ClusterValueStore/aws" });
}

async function failureOf(work: Promise<unknown>): Promise<AwsError> {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toMatchObject({ name: "AwsError" });
  return error as AwsError;
}

function signers(operation: string): (string | undefined)[] {
  return aws.requests
    .filter((request) => request.operation === operation)
    .map(({ headers }) => /Credential=(\w+)/.exec(headers.authorization ?? "")?.[1]);
}

describe("a chain of roles", () => {
  const chained = (): Recipe =>
    recipe(
      operator,
      hop("a", { externalId: "e-1", sessionTags: { team: "shop" }, transitiveTagKeys: ["team"] }),
      hop("b"),
    );

  it("is gone along once for a lifetime, each step with the credentials of the one before", async () => {
    aws.answerTo("AssumeRole", assumed("AssumeRole", "A"), assumed("AssumeRole", "B"));
    await Promise.all([read(chained()), read(chained()), read(chained())]);
    await read(chained());
    expect(signers("AssumeRole")).toEqual(["AKIAOPERATOR", "ASIAA"]);
    expect(signers("GetParameters")).toEqual(Array(4).fill("ASIAB"));
    const [first, second] = aws.requests.map(({ body }) => new URLSearchParams(body));
    expect(first?.get("ExternalId")).toBe("e-1");
    expect(first?.get("Tags.member.1.Key")).toBe("team");
    expect(first?.get("TransitiveTagKeys.member.1")).toBe("team");
    expect(second?.get("ExternalId")).toBeNull();
    expect(second?.has("Tags.member.1.Key")).toBe(false);
    expect(finished.filter(({ service }) => service === "sts")).toMatchObject([
      { operation: "AssumeRole", outcome: "success", store: "operator" },
      { operation: "AssumeRole", outcome: "success", store: "operator" },
    ]);
  });

  it("shares the steps that recipes have in common, and nothing else", async () => {
    aws.answerTo("AssumeRole", ...["A", "B", "C", "X"].map((name) => assumed("AssumeRole", name)));
    await read(recipe(operator, hop("a"), hop("b")));
    await read(recipe(operator, hop("a"), hop("c")));
    expect(signers("AssumeRole")).toEqual(["AKIAOPERATOR", "ASIAA", "ASIAA"]);
    await read(recipe(operator, hop("a", { externalId: "other" })));
    expect(signers("AssumeRole").at(-1)).toBe("AKIAOPERATOR");
    expect(signers("GetParameters")).toEqual(["ASIAB", "ASIAC", "ASIAX"]);
  });

  it("says which step failed, which ARN, and what the trust policy must allow", async () => {
    aws.answerTo("AssumeRole", assumed("AssumeRole", "A"), refusal("AccessDenied", "User is not authorized"));
    const failing = recipe(operator, hop("a"), hop("b", { externalId: "e-2", sessionTags: { t: "1" } }));
    const error = await failureOf(read(failing));
    expect(error).toMatchObject({
      kind: "credentials",
      code: "AccessDenied",
      step: `AssumeRole arn:aws:iam::${account}:role/b`,
    });
    expect(error.message).toMatch(
      `its trust policy must allow sts:AssumeRole and sts:TagSession to arn:aws:sts::${account}:assumed-role/A/session with the external id e-2`,
    );
    expect(error.messageForReaders).toMatch("with the store's external id, and that identity's own policy must too");
    expect(error.messageForReaders).not.toContain("e-2");
    await failureOf(read(failing));
    expect(signers("AssumeRole")).toHaveLength(2);
  });

  it("gives a wrong external id neither another recipe's credentials nor its values", async () => {
    aws.answerTo("AssumeRole", assumed("AssumeRole", "A"), refusal("AccessDenied", "no"));
    await read(recipe(operator, hop("a", { externalId: "right" })));
    const error = await failureOf(read(recipe(operator, hop("a", { externalId: "wrong" }))));
    expect(error.kind).toBe("credentials");
    expect(signers("GetParameters")).toHaveLength(1);
  });

  it.each([
    ["a throttled STS", refusal("Throttling", "Rate exceeded"), "Throttling"],
    ["an STS that does not answer", { fault: "hang" } as const, "TimeoutError"],
  ])("%s: no policy is blamed, and no circuit of the readers opens", async (_name, answer, code) => {
    aws.answerTo("AssumeRole", answer);
    const error = await failureOf(read(recipe(operator, hop("a"))));
    expect(error).toMatchObject({ kind: "credentials", code, step: expect.stringContaining("role/a") });
    expect(error.message).not.toMatch("trust policy");
    expect(signers("GetParameters")).toHaveLength(0);
  });

  it("drops a parent's credentials that STS refuses as expired, and asks once more", async () => {
    let chains = 0;
    clients.close();
    start({
      async defaultChain() {
        chains += 1;
        return { credentials: { accessKeyId: `AKIA${chains}`, secretAccessKey: "x" } };
      },
    });
    aws.answerTo("AssumeRole", refusal("ExpiredToken", "expired"), assumed("AssumeRole", "A"));
    await read(recipe(operator, hop("a")));
    expect(signers("AssumeRole")).toEqual(["AKIA1", "AKIA2"]);
  });
});

describe("a ServiceAccount", () => {
  it("gives a token, and the token a role, unsigned", async () => {
    aws.answerTo("AssumeRoleWithWebIdentity", assumed("AssumeRoleWithWebIdentity", "W"));
    await read(recipe(serviceAccount));
    expect(signers("GetParameters")).toEqual(["ASIAW"]);
    expect(signers("AssumeRoleWithWebIdentity")).toEqual([undefined]);
    const asked = new URLSearchParams(aws.requests[0]?.body);
    expect(asked.get("RoleArn")).toBe(serviceAccount.roleArn);
    expect(asked.get("WebIdentityToken")).toBe(webToken("uid-1"));
  });

  it.each([
    [404, /no such ServiceAccount/],
    [403, /serviceaccounts\/token/],
    [500, /asked again/],
  ])("TokenRequest answered with %i says what to do", async (status, message) => {
    tokenStatus = status;
    const error = await failureOf(read(recipe(serviceAccount)));
    expect(error).toMatchObject({ kind: "credentials", step: "TokenRequest for ServiceAccount shop/reader" });
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch("CANARY");
  });

  it("made anew is another one", async () => {
    const error = await failureOf(read(recipe({ ...serviceAccount, uid: "uid-0" })));
    expect(error).toMatchObject({ kind: "credentials", code: "ServiceAccountReplaced" });
    expect(aws.requests).toHaveLength(0);
  });

  it("that the role does not trust is told how the trust policy must name it", async () => {
    aws.answerTo("AssumeRoleWithWebIdentity", refusal("AccessDenied", "Not authorized"));
    const error = await failureOf(read(recipe(serviceAccount)));
    expect(error.message).toMatch("with sub system:serviceaccount:shop:reader and aud sts.amazonaws.com");
    expect(error.message).not.toMatch(webToken("uid-1"));
  });

  it("cannot be had without a cluster", async () => {
    clients.close();
    clients = createAwsClients({ environment: {}, readFile: async () => "", clock, random: () => 0.5, metrics: {} });
    expect((await failureOf(read(recipe(serviceAccount)))).message).toMatch("no cluster");
  });
});

describe("an access key", () => {
  it("is read once, and again as soon as its Secret is known to have changed", async () => {
    await read(recipe(accessKey));
    secret = keySecret("AKIAKEY2", "2");
    await read(recipe(accessKey));
    newestChange = "2";
    await read(recipe(accessKey));
    expect(signers("GetParameters")).toEqual(["AKIAKEY1", "AKIAKEY1", "AKIAKEY2"]);
  });

  it("is read again where the service refuses it", async () => {
    aws.answerTo("GetParameters", { status: 400, json: { __type: "UnrecognizedClientException" } }, { json: {} });
    const reading = recipe(accessKey);
    await clients.credentials(reading).get();
    secret = keySecret("AKIAKEY2", "2");
    await read(reading);
    expect(signers("GetParameters")).toEqual(["AKIAKEY1", "AKIAKEY2"]);
  });

  it.each<[string, AccessKeySecret | undefined, RegExp]>([
    ["without its Secret", undefined, /no such Secret/],
    ["without one of its keys", keySecret("", "1"), /must have a key id with content/],
    ["from a Secret made anew", keySecret("AKIA", "1"), /made anew/],
  ])("%s says so, and never its content", async (...[name, content, message]) => {
    secret = content;
    const base = name.includes("anew") ? { ...accessKey, uid: "older" } : accessKey;
    const error = await failureOf(read(recipe(base)));
    expect(error).toMatchObject({ kind: "credentials", step: "access key from Secret shop/aws-key" });
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch("CANARY");
  });
});

describe("the operator's own identity", () => {
  it("by IRSA is asked of STS once, with the projected token", async () => {
    clients.close();
    start({ environment: { AWS_WEB_IDENTITY_TOKEN_FILE: "/var/token", AWS_ROLE_ARN: serviceAccount.roleArn } });
    aws.answerTo("AssumeRoleWithWebIdentity", assumed("AssumeRoleWithWebIdentity", "OPERATOR"));
    await read(recipe(operator));
    await read(recipe(operator));
    expect(signers("GetParameters")).toEqual(["ASIAOPERATOR", "ASIAOPERATOR"]);
    expect(aws.requests).toHaveLength(3);
    expect(new URLSearchParams(aws.requests[0]?.body).get("WebIdentityToken")).toBe(webToken("operator-uid"));
  });

  it("prefers keys in the environment to IRSA, as the SDK does", async () => {
    clients.close();
    start({
      environment: { AWS_WEB_IDENTITY_TOKEN_FILE: "/t", AWS_ROLE_ARN: "arn", AWS_ACCESS_KEY_ID: "AKIA" },
    });
    await read(recipe(operator));
    expect(signers("GetParameters")).toEqual(["AKIAOPERATOR"]);
  });

  it.each([
    [{}, /IRSA or EKS Pod Identity/, "NoCredentials"],
    [
      { AWS_CONTAINER_CREDENTIALS_FULL_URI: "http://169.254.170.23/v1/credentials" },
      /agent at 169\.254\.170\.23.*eks-pod-identity-agent/,
      "PodIdentityUnavailable",
    ],
  ])("that cannot be had under %j says what is missing", async (environment, message, code) => {
    clients.close();
    const defaultChain = async (): Promise<never> => {
      throw Object.assign(new Error("x"), { name: "CredentialsProviderError" });
    };
    start({ environment, defaultChain });
    const error = await failureOf(read(recipe(operator)));
    expect(error).toMatchObject({ kind: "credentials", code });
    expect(error.message).toMatch(message);
  });
});

describe("who it turns out to be", () => {
  it("comes with the AssumeRole answer, without a request", async () => {
    aws.answerTo("AssumeRole", assumed("AssumeRole", "A"));
    const identity = await clients.identityOf(recipe(operator, hop("a")));
    expect(identity).toEqual({ account, arn: `arn:aws:sts::${account}:assumed-role/A/session` });
    expect(aws.requests).toHaveLength(1);
  });

  it("is asked once otherwise, and makes all identities of the account share its limits", async () => {
    aws.answerTo("GetCallerIdentity", callerIdentity("x"));
    const own = recipe(operator);
    const limiter = (scope: string): unknown => clients.limits.limiter(scope, "eu-west-1", "parameterReads");
    expect(limiter(clients.scopeOf(own))).not.toBe(limiter(account));
    await clients.identityOf(own);
    expect(await clients.identityOf(own)).toEqual({ account, arn: `arn:aws:iam::${account}:user/x` });
    expect(aws.requests).toHaveLength(1);
    expect(limiter(clients.scopeOf(own))).toBe(limiter(account));
  });

  it("gates nothing where it cannot be told", async () => {
    aws.answerTo("GetCallerIdentity", refusal("AccessDenied", "no"));
    expect(await clients.identityOf(recipe(operator))).toBeUndefined();
    await read(recipe(operator));
  });
});

describe("closing", () => {
  it("forgets the credentials with the last calls of a recipe, and keeps those of others", async () => {
    aws.answerTo("AssumeRole", ...["A", "B", "C"].map((name) => assumed("AssumeRole", name)));
    const [one, two] = [recipe(operator, hop("a")), recipe(operator, hop("b"))];
    await read(one);
    await read(two);
    clients.calls(one, "eu-central-1");
    clients.calls(one, "eu-west-1").close();
    await read(one);
    expect(signers("AssumeRole")).toHaveLength(2);
    clients.calls(one, "eu-central-1").close();
    clients.calls(one, "eu-west-1").close();
    await read(one);
    await read(two);
    expect(signers("AssumeRole")).toHaveLength(3);
  });

  it("forgets the steps of a chain too, once no other recipe goes by them", async () => {
    aws.answerTo("AssumeRole", ...["A", "B", "C", "D", "E"].map((name) => assumed("AssumeRole", name)));
    const [one, two] = [recipe(operator, hop("a"), hop("b")), recipe(operator, hop("a"), hop("c"))];
    await read(one);
    await read(two);
    clients.calls(one, "eu-west-1").close();
    await read(one);
    // Its last step alone: the first one was still in use.
    expect(signers("AssumeRole")).toEqual(["AKIAOPERATOR", "ASIAA", "ASIAA", "ASIAA"]);
    clients.calls(one, "eu-west-1").close();
    clients.calls(two, "eu-west-1").close();
    await read(recipe(operator, hop("a")));
    expect(signers("AssumeRole").at(-1)).toBe("AKIAOPERATOR");
    expect(signers("AssumeRole")).toHaveLength(5);
  });

  it("forgets who a recipe turned out to be", async () => {
    aws.answerTo("GetCallerIdentity", ...["x", "y"].map((user) => callerIdentity(user)));
    const own = recipe(operator);
    await clients.identityOf(own);
    clients.calls(own, "eu-west-1").close();
    expect(await clients.identityOf(own)).toMatchObject({ arn: `arn:aws:iam::${account}:user/y` });
  });
});

describe("regions", () => {
  it("have clients of their own, without the endpoints of the store's region", async () => {
    const own = recipe(operator);
    expect(clients.calls(own, "eu-west-1")).toBe(clients.calls(recipe(operator), "eu-west-1"));
    expect(clients.calls(own, "eu-west-1")).not.toBe(clients.calls(own, "eu-central-1"));
    expect(clients.calls(own, "eu-west-1")).not.toBe(clients.calls(recipe(accessKey), "eu-west-1"));
  });
});

function callerIdentity(user: string) {
  return {
    headers: { "content-type": "text/xml" },
    text: `<GetCallerIdentityResponse><GetCallerIdentityResult><Arn>arn:aws:iam::${account}:user/${user}</Arn>
      <UserId>U</UserId><Account>${account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>`,
  };
}
