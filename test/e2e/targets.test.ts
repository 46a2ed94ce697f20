import { DeleteSecretCommand, RestoreSecretCommand } from "@aws-sdk/client-secrets-manager";
import { DeleteParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { apiRequest } from "../support/api-request.ts";
import { createSecret, putParameter, putSecretValue } from "../support/aws.ts";
import { secretValue } from "../support/canary.ts";
import type { ClusterObject } from "../support/cluster.ts";
import { conditionOf, type Served, serve, unique } from "./served.ts";

let served: Served;
beforeAll(async () => {
  served = await serve();
}, 120_000);
afterAll(() => served?.stop());

const secretRef = (name: string) => ({ apiVersion: "v1", kind: "Secret", name, namespace: served.namespace });
const configMapRef = (name: string) => ({ ...secretRef(name), kind: "ConfigMap" });
const ownRef = (name: string) => ({
  apiVersion: "externalvalues.dev/v1alpha1",
  kind: "ExternalValue",
  name,
  namespace: served.namespace,
});

/** A secret with two JSON keys, in the emulator. */
async function secretOf(content: object = { user: "shop", password: secretValue("first") }): Promise<string> {
  const secretId = unique("target");
  await createSecret(served.aws, secretId, JSON.stringify(content));
  return secretId;
}

const item = (key: string, secretId: string, jsonKey: string, more = "") =>
  `    - { key: ${key}, secretsManager: { secretId: ${secretId} }, jsonKey: ${jsonKey}${more} }\n`;

async function live(name: string, kind: "Secret" | "ConfigMap" = "Secret"): Promise<ClusterObject> {
  const object = await served.cluster.get({ ...secretRef(name), kind });
  if (!object) throw new Error(`no ${kind}/${name}`);
  return object;
}

const rowsOf = (object: ClusterObject) => object.status?.["values"] as readonly Record<string, string>[];

/** An object of somebody else's, by a field manager of theirs. */
async function foreign(name: string, data: Readonly<Record<string, string>>, manager = "kubectl-create") {
  await apiRequest(served.cluster.connection, {
    method: "POST",
    path: `/api/v1/namespaces/${served.namespace}/secrets?fieldManager=${manager}`,
    body: { apiVersion: "v1", kind: "Secret", metadata: { name }, stringData: data },
  });
}

/** What stands in the way carries no label of ours, and is looked at every 30 s. */
const readyAtNextLook = (name: string) =>
  served.cluster.until(ownRef(name), (object) => conditionOf(object, "Ready")?.status === "True", {
    what: `${name} is Ready at the next look`,
    timeoutMs: 45_000,
  });

describe("Ownership", () => {
  it("Owner: foreign data keys are removed, foreign labels and annotations stay", async () => {
    const secretId = await secretOf();
    await served.externalValue("owner", `  data:\n${item("USER", secretId, "user")}`);
    await served.ready("owner");
    await served.cluster.patch(secretRef("owner"), {
      metadata: { labels: { team: "theirs" }, annotations: { note: "theirs" } },
      data: { FOREIGN: "eA==" },
    });
    const repaired = await served.cluster.until(secretRef("owner"), ({ data }) => data?.["FOREIGN"] === undefined, {
      what: "the foreign key is removed",
    });
    expect(await served.secret("owner")).toEqual({ USER: "shop" });
    expect(repaired.metadata).toMatchObject({ labels: { team: "theirs" }, annotations: { note: "theirs" } });
  });

  it("Orphan: outlives the ExternalValue, and one of the same name knows it again", async () => {
    const secretId = await secretOf();
    const spec = `  secret: { creationPolicy: Orphan }\n  data:\n${item("USER", secretId, "user")}`;
    await served.externalValue("orphan", spec);
    await served.ready("orphan");
    const { metadata } = await live("orphan");
    expect(metadata.ownerReferences).toBeUndefined();
    await served.cluster.delete(ownRef("orphan"));
    await served.cluster.untilGone(ownRef("orphan"));
    await served.externalValue("orphan", spec);
    await served.ready("orphan");
    expect((await live("orphan")).metadata.uid).toBe(metadata.uid);
  });

  it("Merge: must exist, gets only our keys, and gives them back when it is named no longer", async () => {
    const secretId = await secretOf();
    const spec = (name: string) =>
      `  secret: { name: ${name}, creationPolicy: Merge }\n  data:\n${item("USER", secretId, "user")}`;
    await served.externalValue("merge", spec("merged"));
    expect(await served.notReady("merge", "TargetMissing")).toContain("must exist");
    await foreign("merged", { THEIRS: "x" });
    await readyAtNextLook("merge");
    expect(await served.secret("merged")).toEqual({ THEIRS: "x", USER: "shop" });
    await foreign("merged-2", { OTHERS: "y" });
    await served.externalValue("merge", spec("merged-2"));
    await served.ready("merge");
    expect(await served.secret("merged-2")).toEqual({ OTHERS: "y", USER: "shop" });
    expect(await served.secret("merged")).toEqual({ THEIRS: "x" });
    expect((await live("merged")).metadata).not.toHaveProperty("labels");
  }, 90_000);

  it("Merge to Owner does not take over what somebody else made; back to Merge all is as before", async () => {
    const secretId = await secretOf();
    const spec = (policy: string) =>
      `  secret: { name: theirs, creationPolicy: ${policy} }\n  data:\n${item("USER", secretId, "user")}`;
    await foreign("theirs", { THEIRS: "x" });
    await served.externalValue("policies", spec("Merge"));
    await served.ready("policies");
    const before = await live("theirs");
    await served.externalValue("policies", spec("Owner"));
    expect(await served.notReady("policies", "TargetConflict")).toContain("externalvalues.dev/adopt=policies");
    expect((await live("theirs")).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
    await served.externalValue("policies", spec("Merge"));
    await served.ready("policies");
    expect(await served.secret("theirs")).toEqual({ THEIRS: "x", USER: "shop" });
  });

  it.each([
    { first: "Owner", second: "Merge" },
    { first: "Owner", second: "Orphan" },
    { first: "Orphan", second: "CreateOrMerge" },
    { first: "CreateOrMerge", second: "Owner" },
  ])("$first to $second and back: the same object, with the same content", async ({ first, second }) => {
    const secretId = await secretOf();
    const name = unique("turn");
    const spec = (policy: string, keys: readonly string[]) =>
      `  secret: { creationPolicy: ${policy}, labels: { ${keys.length > 1 ? "a: b" : "c: d"} } }\n  data:\n${keys.map((key) => item(key, secretId, "user")).join("")}`;
    await served.externalValue(name, spec(first, ["A", "B"]));
    await served.ready(name);
    const before = await live(name);
    await served.externalValue(name, spec(second, ["A"]));
    await served.ready(name);
    expect(await served.secret(name)).toEqual({ A: "shop" });
    await served.externalValue(name, spec(first, ["A", "B"]));
    await served.ready(name);
    const after = await live(name);
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.data).toEqual(before.data);
    expect(after.metadata.labels).toEqual(before.metadata.labels);
    expect(after.metadata.ownerReferences).toEqual(before.metadata.ownerReferences);
  });

  it("CreateOrMerge: what the creation left is removed with the keys that are named no longer", async () => {
    const secretId = await secretOf();
    const spec = (keys: readonly string[]) =>
      `  secret: { creationPolicy: CreateOrMerge }\n  data:\n${keys.map((key) => item(key, secretId, "user")).join("")}`;
    await served.externalValue("either", spec(["A", "B"]));
    await served.ready("either");
    await served.cluster.patch(secretRef("either"), { data: { THEIRS: "eA==" } });
    await served.externalValue("either", spec(["B"]));
    await served.ready("either");
    expect(await served.secret("either")).toEqual({ B: "shop", THEIRS: "x" });
  });

  it("Two resources may Merge into one target with different keys; a key held by another is KeyConflict", async () => {
    const secretId = await secretOf();
    const spec = (key: string, jsonKey: string) =>
      `  secret: { name: shared, creationPolicy: Merge }\n  data:\n${item(key, secretId, jsonKey)}`;
    await foreign("shared", { THEIRS: "x" });
    await served.externalValue("one", spec("A", "user"));
    await served.externalValue("two", spec("B", "user"));
    await served.ready("one");
    await served.ready("two");
    expect(await served.secret("shared")).toEqual({ THEIRS: "x", A: "shop", B: "shop" });
    await served.externalValue("two", spec("A", "password"));
    expect(await served.notReady("two", "KeyConflict")).toContain("held by ExternalValue one");
    expect(await served.secret("shared")).toMatchObject({ A: "shop", B: "shop" });
    await served.cluster.delete(ownRef("one"));
    await served.cluster.untilGone(ownRef("one"));
    await readyAtNextLook("two");
    expect(await served.secret("shared")).toEqual({ THEIRS: "x", A: secretValue("first") });
  }, 90_000);

  it("A key held by anything else under Merge is taken over, and the status says from whom", async () => {
    const secretId = await secretOf();
    await foreign("taken", { USER: "theirs", OTHER: "x" }, "external-secrets");
    await served.externalValue(
      "taken",
      `  secret: { creationPolicy: Merge }\n  data:\n${item("USER", secretId, "user")}`,
    );
    const object = await served.ready("taken");
    expect(await served.secret("taken")).toEqual({ USER: "shop", OTHER: "x" });
    expect(rowsOf(object)).toContainEqual(expect.objectContaining({ key: "USER", takenOverFrom: "external-secrets" }));
    await served.restart("stop");
    await served.externalValue(
      "taken",
      `  refreshInterval: 2h\n  secret: { creationPolicy: Merge }\n  data:\n${item("USER", secretId, "user")}`,
    );
    expect(rowsOf(await served.ready("taken"))).toContainEqual(
      expect.objectContaining({ key: "USER", takenOverFrom: "external-secrets" }),
    );
  });

  it("One that another controls is TargetConflict with its owner's name", async () => {
    const secretId = await secretOf();
    await served.externalValue("first-owner", `  secret: { name: contested }\n  data:\n${item("A", secretId, "user")}`);
    await served.ready("first-owner");
    await served.externalValue(
      "second-owner",
      `  secret: { name: contested }\n  data:\n${item("B", secretId, "user")}`,
    );
    expect(await served.notReady("second-owner", "TargetConflict")).toContain("ExternalValue first-owner");
    expect(await served.secret("contested")).toEqual({ A: "shop" });
  });
});

describe("What the API server will not change", () => {
  it("a Secret's type is changed by making it again under Owner", async () => {
    const secretId = await secretOf({ username: "u", password: "p" });
    const data = item("username", secretId, "username") + item("password", secretId, "password");
    await served.externalValue("typed", `  data:\n${data}`);
    await served.ready("typed");
    const before = await live("typed");
    await served.externalValue("typed", `  secret: { type: kubernetes.io/basic-auth }\n  data:\n${data}`);
    await served.ready("typed");
    const after = await live("typed");
    expect(after.type).toBe("kubernetes.io/basic-auth");
    expect(after.data).toEqual(before.data);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
  });

  it("a typed Secret that was owned may be merged into, and keeps its type", async () => {
    const secretId = await secretOf({ username: "u", password: "p" });
    const data = item("username", secretId, "username") + item("password", secretId, "password");
    const spec = (policy: string) =>
      `  secret: { type: kubernetes.io/basic-auth, creationPolicy: ${policy} }\n  data:\n${data}`;
    await served.externalValue("typed-merge", spec("Owner"));
    await served.ready("typed-merge");
    await served.externalValue("typed-merge", spec("Merge"));
    await served.ready("typed-merge");
    expect((await live("typed-merge")).type).toBe("kubernetes.io/basic-auth");
  });

  it("an immutable one is made again under Owner, else TargetImmutable", async () => {
    const secretId = await secretOf();
    const spec = (policy: string, key: string) =>
      `  secret: { immutable: true, creationPolicy: ${policy} }\n  data:\n${item(key, secretId, "user")}`;
    await served.externalValue("fixed", spec("Owner", "A"));
    await served.ready("fixed");
    await served.externalValue("fixed", spec("Owner", "B"));
    await served.ready("fixed");
    expect(await served.secret("fixed")).toEqual({ B: "shop" });
    await served.externalValue("fixed-orphan", spec("Orphan", "A"));
    await served.ready("fixed-orphan");
    await served.externalValue("fixed-orphan", spec("Orphan", "B"));
    expect(await served.notReady("fixed-orphan", "TargetImmutable")).toContain("is immutable");
    expect(await served.secret("fixed-orphan")).toEqual({ A: "shop" });
  });

  it("what would not be accepted again is not deleted", async () => {
    const secretId = await secretOf({ user: "shop", config: "not a docker config" });
    await served.externalValue("risky", `  data:\n${item(".dockerconfigjson", secretId, "config")}`);
    await served.ready("risky");
    const before = await live("risky");
    await served.externalValue(
      "risky",
      `  secret: { type: kubernetes.io/dockerconfigjson }\n  data:\n${item(".dockerconfigjson", secretId, "config")}`,
    );
    await served.notReady("risky", "ValueInvalid");
    expect((await live("risky")).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });
});

describe("Deleting", () => {
  it("after a re-route from Secret to ConfigMap and back, the new target stands before the old one goes", async () => {
    const parameter = `/${unique("route")}`;
    await putParameter(served.aws, { name: parameter, value: "info" });
    const spec = (to: string) => `  data:\n    - { key: LEVEL, to: ${to}, parameterStore: { name: ${parameter} } }\n`;
    await served.externalValue("route", spec("Secret"));
    await served.ready("route");
    await served.externalValue("route", spec("ConfigMap"));
    await served.cluster.untilGone(secretRef("route"));
    expect(await served.configMap("route")).toEqual({ LEVEL: "info" });
    await served.externalValue("route", spec("Secret"));
    await served.cluster.untilGone(configMapRef("route"));
    expect(await served.secret("route")).toEqual({ LEVEL: "info" });
  });

  it("a target that cannot be made lets the old one stand", async () => {
    const secretId = await secretOf();
    await served.externalValue("stays", `  data:\n${item("USER", secretId, "user")}`);
    await served.ready("stays");
    await served.externalValue("stays", `  secret: { name: stays-2 }\n  data:\n${item("USER", secretId, "nothing")}`);
    await served.notReady("stays", "ValueNotFound");
    expect(await served.secret("stays")).toEqual({ USER: "shop" });
    await served.externalValue("stays", `  secret: { name: stays-2 }\n  data:\n${item("USER", secretId, "user")}`);
    await served.cluster.untilGone(secretRef("stays"));
  });
});

describe("binaryData", () => {
  it("what is not UTF-8 goes to binaryData of a ConfigMap, and back to data when it is text", async () => {
    const { arn } = await createSecret(served.aws, unique("binary"), new Uint8Array([0xff, 0xfe, 0x00]));
    const spec = (id: string, label = "a") =>
      `  configMap: { labels: { side: ${label} } }\n  data:\n    - { key: file, to: ConfigMap, sensitive: false, secretsManager: { secretId: "${id}" } }\n`;
    await served.externalValue("binary", spec(arn));
    await served.ready("binary");
    expect((await live("binary", "ConfigMap")).binaryData).toEqual({ file: "//4A" });
    const text = await createSecret(served.aws, unique("text"), "text");
    await served.externalValue("binary", spec(text.arn));
    await served.cluster.until(configMapRef("binary"), ({ data }) => data?.["file"] === "text", { what: "text" });
    expect((await live("binary", "ConfigMap")).binaryData).toBeUndefined();
    await served.externalValue("binary", spec(arn, "b"));
    await served.ready("binary");
    const back = await live("binary", "ConfigMap");
    expect(back).toMatchObject({ binaryData: { file: "//4A" }, metadata: { labels: { side: "b" } } });
    expect(back.data).toBeUndefined();
  });
});

describe("Once, OnChange, suspend, refresh", () => {
  it("Once: written once; a deleted target is made again, edited data is left alone", async () => {
    const secretId = await secretOf();
    const spec = (policy: string) => `  refreshPolicy: ${policy}\n  data:\n${item("USER", secretId, "user")}`;
    await served.externalValue("once", spec("Once"));
    await served.ready("once");
    await served.cluster.patch(secretRef("once"), { data: { USER: "eA==" } });
    const edited = await live("once");
    served.proxy.reset();
    await served.restart("stop");
    await served.externalValue("marker", `  data:\n${item("USER", secretId, "user")}`);
    await served.ready("marker");
    expect((await live("once")).metadata.resourceVersion).toBe(edited.metadata.resourceVersion);
    await served.cluster.delete(secretRef("once"));
    await served.cluster.until(secretRef("once"), ({ metadata }) => metadata.uid !== edited.metadata.uid, {
      what: "the deleted target is made again",
    });
    expect(await served.secret("once")).toEqual({ USER: "shop" });
  });

  it("OnChange: a restart reads nothing and writes nothing; the refresh annotation forces a read, and is echoed", async () => {
    const parameter = `/${unique("on-change")}`;
    await putParameter(served.aws, { name: parameter, value: "one" });
    await served.externalValue(
      "on-change",
      `  refreshPolicy: OnChange\n  data:\n    - { key: LEVEL, parameterStore: { name: ${parameter} } }\n`,
    );
    const before = await served.ready("on-change");
    const target = await live("on-change");
    served.proxy.reset();
    served.proxy.setRules([{ containing: parameter, fault: { kind: "delay", milliseconds: 0 } }]);
    await served.restart("stop");
    await served.externalValue("marker-1", `  data:\n${item("USER", await secretOf(), "user")}`);
    await served.ready("marker-1");
    expect(served.proxy.entries().filter(({ fault }) => fault !== undefined)).toEqual([]);
    served.proxy.setRules([]);
    expect((await live("on-change")).metadata.resourceVersion).toBe(target.metadata.resourceVersion);
    expect((await served.ready("on-change")).status).toEqual(before.status);
    await putParameter(served.aws, { name: parameter, value: "two" });
    await served.cluster.patch(ownRef("on-change"), {
      metadata: { annotations: { "externalvalues.dev/refresh": "1" } },
    });
    await served.untilSecret("on-change", "LEVEL", "two");
    await served.ready("on-change", ({ status }) => status?.["lastHandledRefresh"] === "1");
  });

  it("suspend: nothing is read or written, Ready keeps its last state", async () => {
    const secretId = await secretOf();
    const spec = (suspend: boolean) =>
      `  suspend: ${suspend}\n  refreshInterval: 5s\n  data:\n${item("USER", secretId, "user")}`;
    await served.externalValue("suspended", spec(false));
    await served.ready("suspended");
    await served.externalValue("suspended", spec(true));
    const object = await served.ready("suspended");
    expect(conditionOf(object, "Ready")?.message).toContain("Suspended");
    await served.cluster.delete(secretRef("suspended"));
    await putSecretValue(served.aws, secretId, JSON.stringify({ user: "new" }));
    await served.externalValue("marker-2", `  data:\n${item("USER", secretId, "user")}`);
    await served.ready("marker-2");
    expect(await served.secret("suspended")).toBeUndefined();
    await served.externalValue("suspended", spec(false));
    await served.untilSecret("suspended", "USER", "new");
  });
});

describe("Policies for what is gone, with the second look after 60 s", () => {
  const base = `/${unique("gone")}`;
  const path = `${base}/path`;
  const names = ["retain", "prune", "delete", "optional", "path-retain", "path-prune"];
  const parameters = [`${base}-stays`, `${base}-goes`, `${path}/a`, `${path}/b`];
  let secretId: string;

  const head = (policy: string) => `  refreshInterval: 5s\n  secret: { deletionPolicy: ${policy} }\n`;
  const both = (more = "") =>
    `  data:\n    - { key: STAYS, parameterStore: { name: ${base}-stays } }\n    - { key: GOES, parameterStore: { name: ${base}-goes }${more} }\n`;
  const dataFrom = `  dataFrom:\n    - { parameterStore: { path: ${path} } }\n`;
  const allReady = () => Promise.all(names.map((name) => served.ready(name)));
  const statuses = async () => {
    const objects = await Promise.all(names.map((name) => served.cluster.get(ownRef(name))));
    return objects.map((object) => object?.status);
  };
  const untilWithout = (name: string, key: string) =>
    served.cluster.until(secretRef(name), ({ data }) => data?.[key] === undefined, {
      what: `${key} has left Secret ${name}`,
      timeoutMs: 90_000,
    });

  beforeAll(async () => {
    secretId = await secretOf();
    for (const name of parameters) await putParameter(served.aws, { name, value: "v" });
    await served.externalValue("retain", head("Retain") + both());
    await served.externalValue("prune", head("Prune") + both());
    await served.externalValue("delete", `${head("Delete")}  data:\n${item("USER", secretId, "user")}`);
    await served.externalValue("optional", head("Retain") + both(", optional: true"));
    await served.externalValue("path-retain", head("Retain") + dataFrom);
    await served.externalValue("path-prune", head("Prune") + dataFrom);
    await allReady();
    for (const Name of [`${base}-goes`, `${path}/b`]) {
      await served.aws.parameterStore.send(new DeleteParameterCommand({ Name }));
    }
    await served.aws.secretsManager.send(new DeleteSecretCommand({ SecretId: secretId }));
  }, 60_000);

  it("what is gone at a first look stays in every target, and is named", async () => {
    expect(await served.notReady("retain", "ValueNotFound")).toContain("GOES");
    expect(await served.notReady("path-retain", "ValueNotFound")).toContain("key b");
    await served.notReady("prune", "ValueNotFound");
    expect(await served.secret("prune")).toEqual({ STAYS: "v", GOES: "v" });
    expect(await served.secret("delete")).toEqual({ USER: "shop" });
  });

  it("Prune: its key is dropped. Delete: the target goes when all its values are gone. optional: left out", async () => {
    const retained = await live("retain");
    await untilWithout("prune", "GOES");
    await untilWithout("path-prune", "b");
    await untilWithout("optional", "GOES");
    await served.cluster.untilGone(secretRef("delete"), 90_000);
    const pruned = expect.objectContaining({ key: "GOES", state: "Pruned" });
    expect(rowsOf(await served.ready("prune"))).toContainEqual(pruned);
    expect(rowsOf(await served.ready("path-prune"))).toContainEqual(
      expect.objectContaining({ key: "b", state: "Pruned" }),
    );
    expect((await live("retain")).metadata.resourceVersion).toBe(retained.metadata.resourceVersion);
  }, 120_000);

  it("Retain: a required key that is gone freezes the whole target, Ready=False ValueNotFound", async () => {
    expect(await served.secret("retain")).toEqual({ STAYS: "v", GOES: "v" });
    expect(await served.secret("path-retain")).toEqual({ a: "v", b: "v" });
    await putParameter(served.aws, { name: `${base}-stays`, value: "new" });
    await served.untilSecret("prune", "STAYS", "new");
    expect(await served.secret("retain")).toEqual({ STAYS: "v", GOES: "v" });
    await served.notReady("retain", "ValueNotFound");
  });

  it("a crash changes nothing of it", async () => {
    await served.ready("delete");
    const before = await statuses();
    await served.restart("kill");
    await served.externalValue("marker-3", `  data:\n    - { key: A, parameterStore: { name: ${base}-stays } }\n`);
    await served.ready("marker-3");
    expect(await statuses()).toEqual(before);
    expect(await served.secret("prune")).toEqual({ STAYS: "new" });
  });

  it("all of it comes back with the values, by itself", async () => {
    await served.aws.secretsManager.send(new RestoreSecretCommand({ SecretId: secretId }));
    await served.untilSecret("delete", "USER", "shop");
    await putParameter(served.aws, { name: `${base}-goes`, value: "again" });
    await putParameter(served.aws, { name: `${path}/b`, value: "again" });
    for (const name of ["retain", "prune", "optional"]) await served.untilSecret(name, "GOES", "again");
    for (const name of ["path-retain", "path-prune"]) await served.untilSecret(name, "b", "again");
    await allReady();
  }, 60_000);
});
