import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { type Account, accountId, startAccount } from "./account.ts";
import { unique } from "./served.ts";

const role = (name: string) => `arn:aws:iam::${accountId}:role/${name}`;
const session = (name: string) => `arn:aws:sts::${accountId}:assumed-role/${name}/*`;

let account: Account;
let shop: string;
let other: string;

beforeAll(async () => {
  const names: string[] = [];
  account = await startAccount({
    strict: true,
    async prepare(fake, cluster) {
      names.push(await cluster.createNamespace("shop"), await cluster.createNamespace("other"));
      for (const namespace of names) {
        await cluster.create({ apiVersion: "v1", kind: "ServiceAccount", metadata: { name: "reader", namespace } });
      }
      const [first = "", second = ""] = names;
      fake.putRole({ roleArn: role("operator"), webIdentitySubject: "system:serviceaccount:operator-*" });
      fake.putRole({ roleArn: role("tenant"), webIdentitySubject: `system:serviceaccount:${first}:reader` });
      fake.putRole({
        roleArn: role("hub"),
        principals: [session("operator")],
        externalId: "hub-id",
        requiredTags: { team: "shop" },
      });
      fake.putRole({ roleArn: role("spoke"), principals: [session("hub")] });
      fake.putRole({
        roleArn: role("tagged"),
        principals: [session("operator")],
        requiredTags: { "external-values/namespace": first },
      });
      fake.putRole({ roleArn: role("theirs"), principals: [session("operator")], externalId: `bench/${second}` });
      fake.putParameter({ name: "/app/name", value: "one" });
    },
    values: {
      serviceAccount: { create: true, name: "", annotations: { "eks.amazonaws.com/role-arn": role("operator") } },
      // What prepare made: helm is run after it.
      get tenantServiceAccounts() {
        return names.map((namespace) => ({ namespace, name: "reader" }));
      },
      clusterName: "bench",
    },
  });
  [shop = "", other = ""] = names;
}, 180_000);
afterAll(() => account?.stop());

/** A store and a resource that reads through it; returns the store's name. */
async function reads(spec: string, { namespace = shop, scope = "ClusterValueStore" } = {}): Promise<string> {
  const name = unique("store");
  await account.store(name, `region: eu-west-1, ${spec}`, scope === "ValueStore" ? namespace : undefined);
  await readsThrough(name, { namespace, scope });
  return name;
}

async function readsThrough(name: string, { namespace = shop, scope = "ClusterValueStore" } = {}): Promise<void> {
  await account.value(
    namespace,
    name,
    `storeRef: { kind: ${scope}, name: ${name} }, refreshInterval: 5s, data: [{ key: NAME, parameterStore: { name: /app/name } }]`,
  );
}

describe("identities", () => {
  it("reads as the operator, by IRSA", async () => {
    const name = await reads("regions: []");
    await account.reason(shop, name, "Synced");
    expect(await account.secret(shop, name)).toEqual({ NAME: "one" });
    const store = await account.storeReady(name, "Ready");
    expect(store.status?.["identity"]).toMatchObject({
      account: accountId,
      arn: expect.stringContaining("/operator/"),
    });
    expect(account.calls()["operator GetParameters"]).toBeGreaterThan(0);
  });

  it("reads as a ServiceAccount, by TokenRequest under the chart's own rights", async () => {
    const name = await reads(
      `auth: { serviceAccount: { name: reader, namespace: ${shop}, roleArn: "${role("tenant")}" } }`,
    );
    await account.reason(shop, name, "Synced");
    expect(account.calls()["tenant GetParameters"]).toBeGreaterThan(0);
  });

  it("takes the role of a ServiceAccount's annotation in a ValueStore", async () => {
    await account.cluster.patch(
      { apiVersion: "v1", kind: "ServiceAccount", name: "reader", namespace: shop },
      { metadata: { annotations: { "eks.amazonaws.com/role-arn": role("tenant") } } },
    );
    const name = await reads("auth: { serviceAccount: { name: reader } }", { scope: "ValueStore" });
    await account.reason(shop, name, "Synced");
  });

  it("says of a role that does not trust the ServiceAccount which step failed and what must be allowed", async () => {
    const name = await reads(
      `auth: { serviceAccount: { name: reader, namespace: ${other}, roleArn: "${role("tenant")}" } }`,
      { namespace: other },
    );
    const message = await account.reason(other, name, "CredentialsFailed");
    for (const part of ["AssumeRoleWithWebIdentity", role("tenant"), `system:serviceaccount:${other}:reader`]) {
      expect(message).toContain(part);
    }
    const store = await account.storeReady(name, "CredentialsFailed");
    expect(JSON.stringify(store.status?.conditions)).toContain(role("tenant"));
    // The trust policy is mended: what waited for it is read, by itself.
    account.fake.putRole({ roleArn: role("tenant"), webIdentitySubject: "system:serviceaccount:*:reader" });
    await account.storeReady(name, "Ready");
    await account.reason(other, name, "Synced");
  });

  it("says of a ServiceAccount whose token the chart does not grant which grant is missing", async () => {
    await account.cluster.create({
      apiVersion: "v1",
      kind: "ServiceAccount",
      metadata: { name: "unlisted", namespace: shop },
    });
    const name = await reads(
      `auth: { serviceAccount: { name: unlisted, namespace: ${shop}, roleArn: "${role("tenant")}" } }`,
    );
    const message = await account.reason(shop, name, "StoreNotReady");
    expect(message).toContain("unlisted");
    expect(message).toContain("tenantServiceAccounts");
  });

  it("reads with an access key, and with the next one after a rotation, without a restart", async () => {
    account.fake.putAccessKey({ accessKeyId: "AKIAFIRST", arn: `arn:aws:iam::${accountId}:user/first` });
    account.fake.putAccessKey({ accessKeyId: "AKIASECOND", arn: `arn:aws:iam::${accountId}:user/second` });
    const secretOf = (id: string) => ({ id: btoa(id), secret: btoa("s3cr3t") });
    const metadata = { name: "keys", namespace: shop };
    await account.cluster.create({ apiVersion: "v1", kind: "Secret", metadata, data: secretOf("AKIAFIRST") });
    const name = await reads(
      "auth: { accessKey: { secretRef: { name: keys }, accessKeyIdKey: id, secretAccessKeyKey: secret } }",
      { scope: "ValueStore" },
    );
    await account.reason(shop, name, "Synced");
    expect(account.calls()["first GetParameters"]).toBeGreaterThan(0);
    await account.cluster.patch({ apiVersion: "v1", kind: "Secret", ...metadata }, { data: secretOf("AKIASECOND") });
    account.fake.deleteAccessKey({ accessKeyId: "AKIAFIRST" });
    account.fake.putParameter({ name: "/app/name", value: "two" });
    await account.untilSecret(shop, name, { NAME: "two" });
    expect(account.calls()["second GetParameters"]).toBeGreaterThan(0);
  });

  it("goes through a chain of roles with external id and session tags", async () => {
    const hub = `{ roleArn: "${role("hub")}", externalId: hub-id, sessionTags: { team: shop }, transitiveTagKeys: [team] }`;
    const name = await reads(`assumeRoles: [${hub}, { roleArn: "${role("spoke")}" }]`);
    await account.reason(shop, name, "Synced");
    expect(account.calls()["spoke GetParameters"]).toBeGreaterThan(0);
    expect(account.calls()["hub GetParameters"]).toBeUndefined();
  });

  it("gives neither credentials nor values for another's role with a wrong external id, whoever holds them", async () => {
    const calls = account.calls()["spoke GetParameters"];
    const hub = (id: string) =>
      `{ roleArn: "${role("hub")}", externalId: ${id}, sessionTags: { team: shop }, transitiveTagKeys: [team] }`;
    const name = await reads(`assumeRoles: [${hub("guessed")}, { roleArn: "${role("spoke")}" }]`, { namespace: other });
    const message = await account.reason(other, name, "CredentialsFailed");
    expect(message).toContain(`AssumeRole ${role("hub")}`);
    expect(message).toMatch(/external ?id/i);
    expect(await account.secret(other, name)).toBeUndefined();
    expect(calls).toBeGreaterThan(0);
  });

  it("tags the session with the namespace that reads, and no other", async () => {
    const name = unique("tagged");
    await account.store(
      name,
      `region: eu-west-1, sessionTagsFromNamespace: true, assumeRoles: [{ roleArn: "${role("tagged")}" }]`,
    );
    await readsThrough(name);
    await readsThrough(name, { namespace: other });
    await account.reason(shop, name, "Synced");
    expect(await account.reason(other, name, "CredentialsFailed")).toContain(role("tagged"));
  });

  it("keeps a ValueStore from the operator's own identity, roles on top of it included", async () => {
    const own = await reads("regions: []", { scope: "ValueStore" });
    const onTop = await reads(`assumeRoles: [{ roleArn: "${role("theirs")}" }]`, { scope: "ValueStore" });
    for (const name of [own, onTop]) {
      expect(await account.reason(shop, name, "StoreNotReady")).toContain("--allow-operator-identity-in-namespaces");
    }
    expect(account.calls()["theirs GetParameters"]).toBeUndefined();
  });

  it("asks STS once for a recipe and lifetime, however many stores and resources share it, and once more when it ends", async () => {
    const counted = role("counted");
    account.fake.putRole({ roleArn: counted, principals: [session("operator")] });
    const allow = (requests: number) =>
      account.fake.faults([
        { operation: "AssumeRole", containing: "counted", skip: requests, effect: "error", code: "AccessDenied" },
      ]);
    allow(1);
    const names = await Promise.all([1, 2, 3].map(() => reads(`assumeRoles: [{ roleArn: "${counted}" }]`)));
    for (const name of names) await readsThrough(name, { namespace: other });
    for (const name of names) {
      await account.reason(shop, name, "Synced");
      await account.reason(other, name, "Synced");
    }
    allow(1);
    account.fake.expireSessions({ arn: session("counted") });
    account.fake.putParameter({ name: "/app/name", value: "three" });
    for (const name of names) await account.untilSecret(other, name, { NAME: "three" });
    for (const name of names) await account.reason(other, name, "Synced");
  });
});
