import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createSecret, putParameter, putSecretValue, rotateSecret } from "../support/aws.ts";
import { secretValue } from "../support/canary.ts";
import { eventually } from "../support/eventually.ts";
import { type Served, serve, unique } from "./served.ts";

let served: Served;
beforeAll(async () => {
  served = await serve();
}, 120_000);
afterAll(() => served?.stop());

const secretRef = (name: string) => ({ apiVersion: "v1", kind: "Secret", name, namespace: served.namespace });

/** A secret with two JSON keys and a parameter, in the emulator. */
async function arrange() {
  const secretId = unique("db");
  const parameter = `/${unique("level")}`;
  await createSecret(served.aws, secretId, JSON.stringify({ user: "shop", password: secretValue("first") }));
  await putParameter(served.aws, { name: parameter, value: "info" });
  return { secretId, parameter };
}

function specOf(secretId: string, parameter: string, interval = "5s"): string {
  return `
  refreshInterval: ${interval}
  data:
    - { key: DB_USER, secretsManager: { secretId: ${secretId} }, jsonKey: user }
    - { key: DB_PASSWORD, secretsManager: { secretId: ${secretId} }, jsonKey: password }
    - { key: LOG_LEVEL, to: ConfigMap, parameterStore: { name: ${parameter} } }
`;
}

describe("the main job", () => {
  it("creates a Secret and a ConfigMap, owned, labelled, with one status row a key", async () => {
    const { secretId, parameter } = await arrange();
    const created = await served.externalValue("create", specOf(secretId, parameter));
    const object = await served.ready("create");
    expect(await served.secret("create")).toEqual({ DB_USER: "shop", DB_PASSWORD: secretValue("first") });
    expect(await served.configMap("create")).toEqual({ LOG_LEVEL: "info" });
    const secret = await served.cluster.get(secretRef("create"));
    expect(secret?.metadata).toMatchObject({
      labels: { "externalvalues.dev/managed": "true" },
      annotations: { "externalvalues.dev/data-version": "1" },
      ownerReferences: [{ kind: "ExternalValue", name: "create", uid: created.metadata.uid, controller: true }],
    });
    expect(object.status).toMatchObject({
      conditions: [
        { type: "Ready", status: "True", reason: "Synced", message: "2 keys in Secret/create, 1 in ConfigMap/create" },
        { type: "Stalled", status: "False" },
        { type: "Degraded", status: "False" },
      ],
      counts: { total: 3, ready: 3, faulty: 0 },
      store: served.store,
    });
    expect(object.status?.["values"]).toContainEqual(
      expect.objectContaining({ key: "DB_PASSWORD", to: "Secret", state: "Synced", version: expect.any(String) }),
    );
    const events = await eventually(
      async () => {
        const found = await served.cluster.events(served.namespace, "create");
        return found.length >= 2 ? found : undefined;
      },
      { what: "events about create" },
    );
    expect(events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(["Created", "Created"]));
  });

  it("brings a rotation within the interval, and counts it as one change of data", async () => {
    const { secretId, parameter } = await arrange();
    await served.externalValue("rotate", specOf(secretId, parameter));
    await served.ready("rotate");
    await rotateSecret(served.aws, secretId, JSON.stringify({ user: "shop", password: secretValue("second") }));
    await served.untilSecret("rotate", "DB_PASSWORD", secretValue("second"));
    const secret = await served.cluster.get(secretRef("rotate"));
    expect(secret?.metadata.annotations).toMatchObject({ "externalvalues.dev/data-version": "2" });
    await served.ready("rotate", (object) => object.status?.["lastChangedTime"] !== undefined);
  });

  it("follows an edit of the spec: a key more, a key less, the foreign key removed", async () => {
    const { secretId, parameter } = await arrange();
    await served.externalValue("edit", specOf(secretId, parameter));
    await served.ready("edit");
    await served.externalValue(
      "edit",
      `
  refreshInterval: 5s
  data:
    - { key: PASSWORD, secretsManager: { secretId: ${secretId} }, jsonKey: password }
    - { key: LOG_LEVEL, to: ConfigMap, parameterStore: { name: ${parameter} } }
    - { key: COPY, to: ConfigMap, parameterStore: { name: ${parameter} } }
`,
    );
    await served.ready("edit");
    expect(await served.secret("edit")).toEqual({ PASSWORD: secretValue("first") });
    expect(await served.configMap("edit")).toEqual({ LOG_LEVEL: "info", COPY: "info" });
  });

  it("repairs an edited and a deleted target at once, without asking AWS, as no change of data", async () => {
    const { secretId, parameter } = await arrange();
    await served.externalValue("drift", specOf(secretId, parameter, "1h"));
    await served.ready("drift");
    const before = served.proxy.entries().length;
    await served.cluster.patch(secretRef("drift"), { data: { DB_USER: "eA==", FOREIGN: "eA==" } });
    await served.cluster.until(
      secretRef("drift"),
      (object) => object.data?.["FOREIGN"] === undefined && object.data?.["DB_USER"] !== "eA==",
      { what: "the edited Secret is repaired" },
    );
    const repaired = await served.cluster.get(secretRef("drift"));
    await served.cluster.delete(secretRef("drift"));
    const again = await served.cluster.until(
      secretRef("drift"),
      ({ metadata }) => metadata.uid !== repaired?.metadata.uid,
      {
        what: "the deleted Secret is back",
      },
    );
    expect(await served.secret("drift")).toEqual({ DB_USER: "shop", DB_PASSWORD: secretValue("first") });
    expect(again.metadata.annotations?.["externalvalues.dev/data-version"]).toBe("1");
    const refreshesOfOthers = new Set(["GetParameters", "BatchGetSecretValue"]);
    const asked = served.proxy.entries().slice(before);
    expect(asked.filter(({ operation }) => !refreshesOfOthers.has(operation))).toEqual([]);
  });

  it("is garbage collected with its targets", async () => {
    const { secretId, parameter } = await arrange();
    await served.externalValue("gone", specOf(secretId, parameter));
    await served.ready("gone");
    await served.cluster.delete({
      apiVersion: "externalvalues.dev/v1alpha1",
      kind: "ExternalValue",
      name: "gone",
      namespace: served.namespace,
    });
    await served.cluster.untilGone(secretRef("gone"));
    await served.cluster.untilGone({ ...secretRef("gone"), kind: "ConfigMap" });
  });

  it("renames a target: the new one stands before the old one goes", async () => {
    const { secretId, parameter } = await arrange();
    await served.externalValue("rename", specOf(secretId, parameter));
    await served.ready("rename");
    await served.externalValue("rename", `  secret: { name: renamed }${specOf(secretId, parameter)}`);
    await served.cluster.untilGone(secretRef("rename"));
    expect(await served.secret("renamed")).toEqual({ DB_USER: "shop", DB_PASSWORD: secretValue("first") });
    const object = await served.ready("rename");
    expect(object.status?.["targets"]).toEqual([
      expect.objectContaining({ kind: "Secret", name: "renamed" }),
      expect.objectContaining({ kind: "ConfigMap", name: "rename" }),
    ]);
  });

  it("does not touch an object that somebody else made, until it is annotated for adoption", async () => {
    const { secretId, parameter } = await arrange();
    await served.cluster.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "foreign", namespace: served.namespace },
      data: { OTHER: "eA==" },
    });
    await served.externalValue("foreign", specOf(secretId, parameter));
    expect(await served.notReady("foreign", "TargetConflict")).toContain("externalvalues.dev/adopt=foreign");
    expect(await served.secret("foreign")).toEqual({ OTHER: "x" });
    await served.cluster.patch(secretRef("foreign"), {
      metadata: { annotations: { "externalvalues.dev/adopt": "foreign" } },
    });
    await served.ready("foreign");
    expect(await served.secret("foreign")).toEqual({ DB_USER: "shop", DB_PASSWORD: secretValue("first") });
  });

  it("reads versions, labels, stages, ARNs with the ECS suffix, a path and a JSON secret", async () => {
    const base = `/${unique("all")}`;
    await putParameter(served.aws, { name: `${base}/db/host`, value: "db-1" });
    await putParameter(served.aws, { name: `${base}/db/host`, value: "db-2" });
    await putParameter(served.aws, { name: `${base}/token`, value: "t0ken", type: "SecureString" });
    const { arn } = await createSecret(
      served.aws,
      unique("json"),
      JSON.stringify({ a: "1", b: 12345678901234567890n.toString() }),
    );
    await putSecretValue(served.aws, arn, JSON.stringify({ a: "2", b: "3" }));
    await served.externalValue(
      "selectors",
      `
  data:
    - { key: FIRST_HOST, to: ConfigMap, parameterStore: { name: ${base}/db/host, version: 1 } }
    - { key: PREVIOUS, secretsManager: { secretId: "${arn}", versionStage: AWSPREVIOUS }, jsonKey: a }
    - { key: BY_ARN, arn: "${arn}:a::" }
  dataFrom:
    - { parameterStore: { path: ${base}, recursive: true }, to: ByType }
    - { secretsManager: { secretId: "${arn}" } }
`,
    );
    await served.ready("selectors");
    expect(await served.secret("selectors")).toEqual({ PREVIOUS: "1", BY_ARN: "2", a: "2", b: "3", token: "t0ken" });
    expect(await served.configMap("selectors")).toEqual({ FIRST_HOST: "db-1", db_host: "db-2" });
  });

  it("keeps a secret value out of a ConfigMap, unless the author declares it harmless", async () => {
    const { secretId } = await arrange();
    const item = `{ key: USER, to: ConfigMap, secretsManager: { secretId: ${secretId} }, jsonKey: user`;
    await served.externalValue("sensitive", `  data:\n    - ${item} }\n`);
    const object = await served.cluster.until(
      {
        apiVersion: "externalvalues.dev/v1alpha1",
        kind: "ExternalValue",
        name: "sensitive",
        namespace: served.namespace,
      },
      ({ status }) => status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "False") ?? false,
      { what: "sensitive is refused" },
    );
    expect(JSON.stringify(object.status)).toContain("sensitive: false");
    expect(await served.configMap("sensitive")).toBeUndefined();
    await served.externalValue("sensitive", `  data:\n    - ${item}, sensitive: false }\n`);
    await served.ready("sensitive");
    expect(await served.configMap("sensitive")).toEqual({ USER: "shop" });
  });
});
