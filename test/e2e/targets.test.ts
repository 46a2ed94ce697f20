import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { holdersBelow } from "../../src/controller/target/managed-fields.ts";
import { createSecret, putParameter, putSecretValue } from "../support/aws.ts";
import { secretValue } from "../support/canary.ts";
import { conditionOf, type Served, serve, unique } from "./served.ts";
import { item, rowsOf, servedObjects } from "./served-objects.ts";

let served: Served;
beforeAll(async () => {
  served = await serve();
}, 120_000);
afterAll(() => served?.stop());

const { secretRef, configMapRef, ownRef, secretOf, live, foreign } = servedObjects(() => served);

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

  it("Merge: gets only our keys, and gives them back when it is named no longer", async () => {
    const secretId = await secretOf();
    const spec = (name: string) =>
      `  secret: { name: ${name}, creationPolicy: Merge }\n  data:\n${item("USER", secretId, "user")}`;
    await foreign("merged", { THEIRS: "x" });
    await served.externalValue("merge", spec("merged"));
    await served.ready("merge");
    expect(await served.secret("merged")).toEqual({ THEIRS: "x", USER: "shop" });
    await foreign("merged-2", { OTHERS: "y" });
    await served.externalValue("merge", spec("merged-2"));
    await served.ready("merge");
    expect(await served.secret("merged-2")).toEqual({ OTHERS: "y", USER: "shop" });
    expect(await served.secret("merged")).toEqual({ THEIRS: "x" });
    expect((await live("merged")).metadata).not.toHaveProperty("labels");
  });

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
    // At once: whom the other stood in the way of is told of its deletion.
    await served.ready("two");
    expect(await served.secret("shared")).toEqual({ THEIRS: "x", A: secretValue("first") });
  });

  it("Merge: a key that others have come to hold as well is let go of when it is named no longer, and stays theirs", async () => {
    const secretId = await secretOf();
    const spec = (...keys: readonly string[]) =>
      `  secret: { name: held-by-both, creationPolicy: Merge }\n  data:\n${keys.map((key) => item(key, secretId, "user")).join("")}`;
    const held = async () => {
      const { managedFields = [], annotations } = (await live("held-by-both")).metadata;
      return {
        managers: [...(holdersBelow(managedFields, ["data"]).get("B") ?? [])].sort(),
        dataVersion: annotations?.["externalvalues.dev/data-version"],
      };
    };
    await foreign("held-by-both", { THEIRS: "x" });
    await served.externalValue("lets-go", spec("A", "B"));
    await served.ready("lets-go");
    const applied = "apiVersion: v1\nkind: Secret\nmetadata: { name: held-by-both }\ndata: { B: c2hvcA== }\n";
    await served.cluster.apply(applied, served.namespace);
    expect(await held()).toEqual({ managers: ["bench", "external-values/lets-go"], dataVersion: "1" });
    await served.externalValue("lets-go", spec("A"));
    await served.ready("lets-go");
    expect(await held()).toEqual({ managers: ["bench"], dataVersion: "1" });
    expect(await served.secret("held-by-both")).toEqual({ THEIRS: "x", A: "shop", B: "shop" });
  });

  it("a KeyConflict ends when the other lets go of the key, without a look every 30 s", async () => {
    const secretId = await secretOf();
    const spec = (...keys: readonly string[]) =>
      `  secret: { name: disputed, creationPolicy: Merge }\n  data:\n${keys.map((key) => item(key, secretId, "user")).join("")}`;
    await foreign("disputed", { THEIRS: "x" });
    await served.externalValue("holder", spec("A", "B"));
    await served.ready("holder");
    await served.externalValue("waiter", spec("A"));
    await served.notReady("waiter", "KeyConflict");
    const begun = performance.now();
    await served.externalValue("holder", spec("B"));
    await served.ready("waiter");
    expect(performance.now() - begun).toBeLessThan(15_000);
    expect(await served.secret("disputed")).toEqual({ THEIRS: "x", A: "shop", B: "shop" });
  });

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
  it("the last binary key of ours goes from a ConfigMap that is merged into, those that nobody holds stay", async () => {
    const bytes = await createSecret(served.aws, unique("binary"), new Uint8Array([0xff, 0xfe, 0x00]));
    const text = await createSecret(served.aws, unique("text"), "text");
    // With a label, so that it is an apply and no exchange of keys alone.
    const spec = (...rows: readonly string[]) =>
      `  configMap: { name: shared-bytes, creationPolicy: Merge, labels: { rows: "${rows.length}" } }\n  data:\n${rows.join("")}`;
    const row = (key: string, { arn }: { readonly arn: string }) =>
      `    - { key: ${key}, to: ConfigMap, sensitive: false, secretsManager: { secretId: "${arn}" } }\n`;
    await served.cluster.create({
      ...configMapRef("shared-bytes"),
      metadata: { name: "shared-bytes", namespace: served.namespace },
      binaryData: { THEIRS: "//8=" },
    });
    await served.externalValue("bytes", spec(row("ours", bytes), row("TEXT", text)));
    await served.ready("bytes");
    const before = await live("shared-bytes", "ConfigMap");
    expect(before.binaryData).toEqual({ THEIRS: "//8=", ours: "//4A" });
    // Tools that tidy up drop the entries of others.
    const managedFields = before.metadata.managedFields?.filter(({ manager }) =>
      manager?.startsWith("external-values"),
    );
    await served.cluster.patch(configMapRef("shared-bytes"), { metadata: { managedFields } });
    await served.externalValue("bytes", spec(row("TEXT", text)));
    await served.ready("bytes");
    expect(await live("shared-bytes", "ConfigMap")).toMatchObject({
      binaryData: { THEIRS: "//8=" },
      data: { TEXT: "text" },
    });
    expect((await live("shared-bytes", "ConfigMap")).binaryData).not.toHaveProperty("ours");
  });

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
