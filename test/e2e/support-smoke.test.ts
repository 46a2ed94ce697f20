import { readFileSync } from "node:fs";
import { GetSecretValueCommand } from "@aws-sdk/client-secrets-manager";
import { GetParametersCommand } from "@aws-sdk/client-ssm";
import { AssumeRoleWithWebIdentityCommand } from "@aws-sdk/client-sts";
import { afterAll, beforeAll, describe, expect, it, test } from "@jest/globals";
import { ApiServerError, openRequest, readAll } from "../support/api-request.ts";
import { awsClients, createSecret, putParameter, putSecretValue, rotateSecret } from "../support/aws.ts";
import { type Cluster, createCluster } from "../support/cluster.ts";
import { sharedEnvironment } from "../support/shared-environment.ts";

const environment = sharedEnvironment();
const cluster = createCluster(environment.admin);

describe("the control plane", () => {
  let namespace: string;

  beforeAll(async () => {
    namespace = await cluster.createNamespace("smoke");
  });

  afterAll(async () => {
    await cluster.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
  });

  it("serves the resources of crds/", async () => {
    const definitions = await cluster.list({ apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" });
    expect(definitions.map(({ metadata }) => metadata.name)).toEqual(
      expect.arrayContaining([
        "clustervaluestores.externalvalues.dev",
        "externalvalues.externalvalues.dev",
        "valuestores.externalvalues.dev",
      ]),
    );
  });

  it("collects what loses its owner", async () => {
    const [owner] = await cluster.apply(configMap("owner"), namespace);
    const reference = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: owner?.metadata.uid ?? "" };
    await cluster.create({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "owned", namespace, ownerReferences: [reference] },
    });
    await cluster.delete({ apiVersion: "v1", kind: "ConfigMap", name: "owner", namespace });
    await cluster.untilGone({ apiVersion: "v1", kind: "ConfigMap", name: "owned", namespace });
  });

  it("lets a ServiceAccount's token do what its role says, and no more", async () => {
    await cluster.apply(reader.replace("NAMESPACE", namespace), namespace);
    const token = await cluster.createToken(namespace, "reader");
    const asReader = createCluster({ ...environment.admin, token });
    await cluster.apply(configMap("visible"), namespace);
    const visible = { apiVersion: "v1", kind: "ConfigMap", name: "visible", namespace };
    expect(await asReader.get(visible)).toMatchObject({ data: { key: "value" } });
    expect(await refusal(asReader.delete(visible))).toBe(403);
  });

  it("streams the initial list to a watch that asks for it", async () => {
    const query = "watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true";
    const path = `/api/v1/namespaces/${namespace}/configmaps?${query}&timeoutSeconds=1`;
    const events = await rawWatch(cluster, path);
    expect(events).toContainEqual(
      expect.objectContaining({
        type: "BOOKMARK",
        object: expect.objectContaining({
          metadata: expect.objectContaining({ annotations: { "k8s.io/initial-events-end": "true" } }),
        }),
      }),
    );
  });

  it("writes each request with its user agent to the audit log", () => {
    const log = readFileSync(environment.auditLog ?? "", "utf8")
      .trimEnd()
      .split("\n");
    const ours = log.map((line) => JSON.parse(line)).filter(({ userAgent }) => userAgent === "external-values-bench");
    expect(ours).toContainEqual(expect.objectContaining({ verb: "create", level: "Metadata" }));
  });

  it("names what was awaited, and no value, when waiting fails", async () => {
    await cluster.apply(configMap("waiting"), namespace);
    const waiting = { apiVersion: "v1", kind: "ConfigMap", name: "waiting", namespace };
    const failure = await cluster.until(waiting, () => false, { what: "the moon", timeoutMs: 200 }).catch(String);
    expect(failure).toMatch(/waited 0.2 s for: the moon; last: .*"data":\["key"\]/);
  });
});

describe.each([
  { name: "moto", url: environment.motoUrl, knowsRotation: false },
  { name: "ministack", url: environment.ministackUrl, knowsRotation: true },
])("$name", ({ url, knowsRotation }) => {
  const clients = awsClients(url);
  const name = `smoke-${process.pid}`;
  afterAll(() => clients.destroy());

  it("keeps a parameter and its versions", async () => {
    await putParameter(clients, { name: `/${name}/one`, value: "1" });
    const version = await putParameter(clients, { name: `/${name}/one`, value: "2" });
    const Names = [`/${name}/one`, `/${name}/none`];
    const answer = await clients.parameterStore.send(new GetParametersCommand({ Names, WithDecryption: true }));
    expect(answer.Parameters).toMatchObject([{ Value: "2", Version: version }]);
    expect(answer.InvalidParameters).toEqual([`/${name}/none`]);
  });

  it("keeps a binary secret", async () => {
    await createSecret(clients, `${name}-binary`, Uint8Array.of(0, 255, 10));
    const answer = await clients.secretsManager.send(new GetSecretValueCommand({ SecretId: `${name}-binary` }));
    expect([...(answer.SecretBinary ?? [])]).toEqual([0, 255, 10]);
  });

  it("answers with a new current value", async () => {
    await createSecret(clients, `${name}-current`, "old");
    const versionId = await putSecretValue(clients, `${name}-current`, "new");
    const answer = await clients.secretsManager.send(new GetSecretValueCommand({ SecretId: `${name}-current` }));
    expect(answer).toMatchObject({ SecretString: "new", VersionId: versionId });
  });

  // A specification of the emulators: the day that moto knows it too, the suites may use it there.
  test(knowsRotation ? "knows a rotation" : "does not know a rotation", async () => {
    await createSecret(clients, `${name}-rotated`, "old");
    const versionId = await rotateSecret(clients, `${name}-rotated`, "new");
    const answer = await clients.secretsManager.send(new GetSecretValueCommand({ SecretId: `${name}-rotated` }));
    if (knowsRotation) expect(answer).toMatchObject({ SecretString: "new", VersionId: versionId });
    else expect(answer).toMatchObject({ SecretString: "old" });
  });

  it("gives credentials for a ServiceAccount's token", async () => {
    const answer = await clients.sts.send(
      new AssumeRoleWithWebIdentityCommand({
        RoleArn: "arn:aws:iam::123456789012:role/external-values",
        RoleSessionName: "smoke",
        WebIdentityToken: await cluster.createToken("default", "default", ["sts.amazonaws.com"]),
      }),
    );
    expect(answer.Credentials?.SessionToken).toEqual(expect.any(String));
  });
});

function configMap(name: string): string {
  return `{ apiVersion: v1, kind: ConfigMap, metadata: { name: ${name} }, data: { key: value } }`;
}

const reader = `
apiVersion: v1
kind: ServiceAccount
metadata: { name: reader }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: reader }
rules: [{ apiGroups: [""], resources: [configmaps], verbs: [get] }]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: reader }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: reader, namespace: NAMESPACE }]
`;

async function rawWatch({ connection }: Cluster, path: string): Promise<unknown[]> {
  const text = await readAll(await openRequest(connection, { method: "GET", path }));
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

async function refusal(request: Promise<unknown>): Promise<number | undefined> {
  try {
    await request;
    return undefined;
  } catch (error) {
    return error instanceof ApiServerError ? error.status : Number.NaN;
  }
}
