import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type AwsProxy, startAwsProxy } from "../faults/support/aws-proxy.ts";
import { secretValue } from "../support/canary.ts";
import { type Account, accountId, startAccount } from "./account.ts";
import { unique } from "./served.ts";

const home = "eu-west-1";
const away = "eu-central-1";
const arnOf = (name: string, region = home) => `arn:aws:ssm:${region}:${accountId}:parameter${name}`;

let account: Account;
let shop: string;
let guest: string;
/** Before the store whose primary region goes down. */
let failing: AwsProxy;
/** What mostly waits is begun with the suite; the tests of that name await it. */
let failover: Promise<void>;
let boundQuota: Promise<void>;

beforeAll(async () => {
  account = await startAccount();
  shop = await account.cluster.createNamespace("shop", { team: "shop" });
  guest = await account.cluster.createNamespace("guest");
  failing = await startAwsProxy({ upstream: account.fake.url });
  failover = failsOver();
  boundQuota = isBoundByItsQuota();
  // They are told of by their tests, which come later.
  for (const begun of [failover, boundQuota]) begun.catch(() => undefined);
}, 180_000);
afterAll(async () => {
  await Promise.allSettled([failover, boundQuota]);
  await account?.stop();
  await failing?.stop();
});

const storeRef = (name: string) => `storeRef: { kind: ClusterValueStore, name: ${name} }`;
const one = (source: string) => `data: [{ key: KEY, ${source} }]`;

async function clusterStore(spec = ""): Promise<string> {
  const name = unique("store");
  await account.store(name, `region: ${home}${spec === "" ? "" : `, ${spec}`}`);
  await account.storeReady(name, "Ready");
  return name;
}

/** Requests to AWS so far, STS aside, and those of the roles of what was begun with the suite. */
function asked(): number {
  return Object.entries(account.calls())
    .filter(([call]) => !/AssumeRole|GetCallerIdentity|^(bound|replicated) /.test(call))
    .reduce((sum, [, count]) => sum + count, 0);
}

describe("access rules", () => {
  const prefix = `/${unique("shop")}`;
  const secretPrefix = unique("prod");
  let store: string;
  let secretArn: string;

  beforeAll(async () => {
    account.fake.putParameter({ name: `${prefix}/host`, value: "db" });
    account.fake.putParameter({ name: `${prefix}-other/host`, value: "foreign", tags: { team: "shop" } });
    account.fake.putSecret({ name: `${secretPrefix}/db`, value: secretValue("s3cr3t") });
    secretArn = account.fake.putSecret({
      name: `${secretPrefix}-other/db`,
      value: "foreign",
      tags: { team: "shop" },
    }).arn;
    const patterns = `parameterStore: ["${prefix}/*"], secretsManager: ["${secretPrefix}/*"]`;
    store = await clusterStore(`access: [{ namespaces: { selector: { matchLabels: { team: shop } } }, ${patterns} }]`);
  });

  it("let a namespace read by its labels what the patterns name", async () => {
    const data = `data: [{ key: HOST, parameterStore: { name: ${prefix}/host } }, { key: SECRET, secretsManager: { secretId: ${secretPrefix}/db } }]`;
    await account.value(shop, "allowed", `${storeRef(store)}, ${data}`);
    await account.reason(shop, "allowed", "Synced");
    expect(await account.secret(shop, "allowed")).toEqual({ HOST: "db", SECRET: secretValue("s3cr3t") });
  });

  it("refuse a value that is in memory already to a namespace that no rule names", async () => {
    const before = asked();
    await account.value(guest, "memory", `${storeRef(store)}, ${one(`parameterStore: { name: ${prefix}/host }`)}`);
    expect(await account.reason(guest, "memory", "NotAllowedByStore")).toContain(store);
    expect(asked()).toBe(before);
    expect(await account.secret(guest, "memory")).toBeUndefined();
  });

  const secretPart = () => secretArn.slice(0, -7);
  it.each([
    { bypass: "another name", spec: () => one(`parameterStore: { name: ${prefix}-other/host }`) },
    { bypass: "an ARN of a parameter", spec: () => one(`arn: "${arnOf(`${prefix}-other/host`)}"`) },
    { bypass: "an ARN of a secret", spec: () => one(`secretsManager: { secretId: "${secretArn}" }`) },
    { bypass: "a partial ARN", spec: () => one(`secretsManager: { secretId: "${secretPart()}" }`) },
    {
      bypass: "a reference to a secret through Parameter Store",
      spec: () => one(`parameterStore: { name: /aws/reference/secretsmanager/${secretPrefix}-other/db }`),
    },
    {
      bypass: "the same by the ARN of a parameter",
      spec: () => one(`arn: "${arnOf(`/aws/reference/secretsmanager/${secretPrefix}-other/db`)}"`),
    },
    {
      bypass: "another account's secret by ARN",
      spec: () => one(`arn: "arn:aws:secretsmanager:${home}:999999999999:secret:${secretPrefix}/db-AbCdEf"`),
    },
    {
      bypass: "the tags of a secret",
      spec: () => one(`secretsManager: { secretId: ${secretPrefix}-other/db }, tag: team`),
    },
    {
      bypass: "another account's parameter by ARN",
      spec: () => one(`arn: "arn:aws:ssm:${home}:999999999999:parameter${prefix}/host"`),
    },
    { bypass: "another region's parameter by ARN", spec: () => one(`arn: "${arnOf(`${prefix}/host`, away)}"`) },
    { bypass: "a path above the pattern", spec: () => "dataFrom: [{ parameterStore: { path: /, recursive: true } }]" },
    {
      bypass: "a path that only begins alike",
      spec: () => `dataFrom: [{ parameterStore: { path: ${prefix}-other, recursive: true } }]`,
    },
    {
      bypass: "a name prefix that is wider",
      spec: () => `dataFrom: [{ secretsManager: { namePrefix: ${secretPrefix} } }]`,
    },
    { bypass: "tags of parameters", spec: () => "dataFrom: [{ parameterStore: { tags: { team: shop } } }]" },
    { bypass: "tags of secrets", spec: () => "dataFrom: [{ secretsManager: { tags: { team: shop } } }]" },
    { bypass: "the tags of a parameter", spec: () => one(`parameterStore: { name: ${prefix}-other/host }, tag: team`) },
  ])("refuse $bypass without a call to AWS", async ({ spec }) => {
    const name = unique("bypass");
    const before = asked();
    await account.value(shop, name, `${storeRef(store)}, refreshInterval: 1h, ${spec()}`);
    expect(await account.reason(shop, name, "NotAllowedByStore")).toMatch(/store|rule/i);
    expect(asked()).toBe(before);
    expect(await account.secret(shop, name)).toBeUndefined();
  });

  it("follow the labels of a namespace", async () => {
    const label = (team: string | null) =>
      account.cluster.patch({ apiVersion: "v1", kind: "Namespace", name: guest }, { metadata: { labels: { team } } });
    await label("shop");
    await account.reason(guest, "memory", "Synced");
    expect(await account.secret(guest, "memory")).toEqual({ KEY: "db" });
    await label(null);
    await account.reason(guest, "memory", "NotAllowedByStore");
    // The last good target stays.
    expect(await account.secret(guest, "memory")).toEqual({ KEY: "db" });
  });
});

describe("stores", () => {
  it("that are not there yet are waited for, and what refers to them is served once they come", async () => {
    const name = unique("late");
    const parameter = `/${unique("late")}`;
    account.fake.putParameter({ name: parameter, value: "x" });
    await account.value(
      shop,
      name,
      `${storeRef(name)}, refreshInterval: 1h, ${one(`parameterStore: { name: ${parameter} }`)}`,
    );
    expect(await account.reason(shop, name, "StoreNotFound")).toContain(name);
    await account.store(name, `region: ${home}`);
    await account.reason(shop, name, "Synced");
    await account.cluster.delete({ apiVersion: "externalvalues.dev/v1alpha1", kind: "ClusterValueStore", name });
    await account.reason(shop, name, "StoreNotFound");
    expect(await account.secret(shop, name)).toEqual({ KEY: "x" });
  });

  it("edited to a wrong region and back leave the targets byte-equal, and wipe nothing in between", async () => {
    const parameter = `/${unique("region")}`;
    account.fake.putParameter({ name: parameter, value: "kept" });
    const store = await clusterStore();
    const name = unique("wiped");
    const data = one(`parameterStore: { name: ${parameter} }`);
    await account.value(
      shop,
      name,
      `${storeRef(store)}, refreshInterval: 5s, secret: { deletionPolicy: Delete }, ${data}`,
    );
    await account.reason(shop, name, "Synced");
    const ref = { apiVersion: "v1", kind: "Secret", name, namespace: shop };
    const before = await account.cluster.get(ref);
    await account.store(store, `region: ${away}`);
    await account.reason(shop, name, "ValueNotFound");
    expect((await account.cluster.get(ref))?.metadata.resourceVersion).toBe(before?.metadata.resourceVersion);
    await account.store(store, `region: ${home}`);
    await account.reason(shop, name, "Synced");
    expect(await account.cluster.get(ref)).toEqual(before);
  });

  it("of two identities share neither a value nor a call", async () => {
    const parameter = `/${unique("shared")}`;
    account.fake.putParameter({ name: parameter, value: "x" });
    const stores: string[] = [];
    for (const role of ["first", "second"]) {
      const name = await clusterStore(`assumeRoles: [{ roleArn: "arn:aws:iam::${accountId}:role/${role}" }]`);
      stores.push(name);
      await account.value(
        shop,
        name,
        `${storeRef(name)}, refreshInterval: 1h, ${one(`parameterStore: { name: ${parameter} }`)}`,
      );
      await account.reason(shop, name, "Synced");
    }
    const calls = account.calls();
    expect([calls["first GetParameters"], calls["second GetParameters"]]).toEqual([1, 1]);
    account.fake.deny([{ identity: "*second*", action: "ssm:*" }]);
    const [, second = ""] = stores;
    const late = unique("denied");
    await account.value(
      shop,
      late,
      `${storeRef(second)}, refreshInterval: 1h, ${one(`parameterStore: { name: ${parameter}-2 }`)}`,
    );
    await account.reason(shop, late, "AccessDenied");
    account.fake.deny([]);
  });

  it.each([
    { what: "endpoints", spec: `endpoints: { sts: "http://127.0.0.1:1" }` },
    { what: "changeEvents", spec: `changeEvents: { queueUrl: "https://sqs.eu-west-1.amazonaws.com/1/q" }` },
  ])("of a namespace may not have $what, and is refused with it", async ({ spec }) => {
    await expect(account.store(unique("own"), `region: ${home}, ${spec}`, shop)).rejects.toThrow(
      "must not have endpoints or changeEvents",
    );
  });

  it.each([
    { what: "ServiceAccount", spec: "auth: { serviceAccount: { name: reader, namespace: kube-system } }" },
    {
      what: "Secret",
      spec: "auth: { accessKey: { secretRef: { name: keys, namespace: kube-system }, accessKeyIdKey: a, secretAccessKeyKey: b } }",
    },
  ])("of a namespace cannot reach another's $what", async ({ spec }) => {
    const name = unique("own");
    await account.store(name, `region: ${home}, ${spec}`, shop);
    const before = asked();
    const data = one("parameterStore: { name: /app }");
    await account.value(shop, name, `storeRef: { kind: ValueStore, name: ${name} }, ${data}`);
    expect(await account.reason(shop, name, "StoreNotReady")).toContain("namespace");
    expect(asked()).toBe(before);
  });
});

describe("failover", () => {
  it("fills what has no value yet from a replica, says so, and returns; a lagging replica writes nothing", async () => {
    await failover;
  }, 240_000);
});

describe("a quota that cannot carry the intervals", () => {
  it("is told by the store with the interval that it carries, and by a metric", async () => {
    await boundQuota;
  }, 240_000);
});

async function failsOver(): Promise<void> {
  const secretId = unique("db");
  const fresh = unique("new");
  for (const name of [secretId, fresh]) {
    for (const region of [home, away]) {
      account.fake.putSecret({
        name,
        value: secretValue("first"),
        region,
        versionId: `11111111-1111-4111-8111-${name.length}`,
      });
    }
  }
  const { url } = failing;
  const store = await clusterStore(
    `failoverRegions: [${away}], assumeRoles: [{ roleArn: "arn:aws:iam::${accountId}:role/replicated" }], endpoints: { secretsManager: "${url}", sts: "${url}" }`,
  );
  const refersTo = (id: string) =>
    `${storeRef(store)}, refreshInterval: 5s, ${one(`secretsManager: { secretId: ${id} }`)}`;
  await account.value(shop, secretId, refersTo(secretId));
  await account.reason(shop, secretId, "Synced");
  // The primary moves on; its replica does not, and then the primary is gone.
  account.fake.putSecret({ name: secretId, value: secretValue("second") });
  await account.untilSecret(shop, secretId, { KEY: secretValue("second") });
  failing.setRules([{ operation: "*Secret*", fault: { kind: "error", code: "InternalServiceError", status: 500 } }]);
  await account.value(shop, fresh, refersTo(fresh));
  await account.untilSecret(shop, fresh, { KEY: secretValue("first") });
  const bound = await account.cluster.until(
    { apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue", name: secretId, namespace: shop },
    ({ status }) => status?.conditions?.find(({ type }) => type === "Degraded")?.status === "True",
    { what: "the lagging replica is told of", timeoutMs: 60_000 },
  );
  expect(bound.status?.conditions?.find(({ type }) => type === "Ready")?.status).toBe("True");
  expect(await account.secret(shop, secretId)).toEqual({ KEY: secretValue("second") });
  const where = { apiVersion: "externalvalues.dev/v1alpha1", kind: "ClusterValueStore", name: store };
  const activeIs = (region: string) =>
    account.cluster.until(where, ({ status }) => status?.["activeRegion"] === region, {
      what: `the store says that it reads in ${region}`,
      timeoutMs: 60_000,
    });
  await activeIs(away);
  expect(await account.operator.metrics()).toMatch(
    /externalvalues_failover_reads_total\{[^}]*replica="eu-central-1"[^}]*\} [1-9]/,
  );
  failing.setRules([]);
  await activeIs(home);
  await account.untilSecret(shop, secretId, { KEY: secretValue("second") });
  await account.reason(shop, fresh, "Synced");
}

async function isBoundByItsQuota(): Promise<void> {
  const owner = "222222222222";
  const path = `/${unique("quota")}`;
  for (let index = 0; index < 100; index += 1) {
    account.fake.putParameter({ name: `${path}/${index}`, value: "x", account: owner });
  }
  const store = await clusterStore(
    `assumeRoles: [{ roleArn: "arn:aws:iam::${owner}:role/bound" }], limits: { parameterReads: 1 }`,
  );
  const items = Array.from(
    { length: 100 },
    (_, index) => `{ key: K${index}, parameterStore: { name: ${path}/${index} } }`,
  );
  await account.value(shop, "quota", `${storeRef(store)}, refreshInterval: 5s, data: [${items.join(", ")}]`);
  await account.reason(shop, "quota", "Synced");
  const bound = await account.storeReady(store, "QuotaBound", { timeoutMs: 90_000 });
  // Ten calls at 0.95 a second.
  expect(bound.status).toMatchObject({ quota: { carried: "11s" } });
  expect(await account.operator.metrics()).toMatch(
    /externalvalues_aws_quota_saturation_ratio\{quota="parameterReads",account="222222222222",region="eu-west-1"\} 2\.1/,
  );
}
