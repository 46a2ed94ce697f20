import {
  DeleteSecretCommand,
  RestoreSecretCommand,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { DeleteParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createSecret, putParameter } from "../support/aws.ts";
import { type Served, serve, unique } from "./served.ts";
import { item, rowsOf, servedObjects } from "./served-objects.ts";

// What takes its time by its nature: a second look after 60 s, and what is looked at every 30 s. A file of its own, so
// that others run meanwhile.

let served: Served;
beforeAll(async () => {
  served = await serve();
}, 120_000);
afterAll(() => served?.stop());

const { secretRef, ownRef, secretOf, live, foreign, readyAtNextLook } = servedObjects(() => served);

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
    const staged = unique("staged");
    const { versionId } = await createSecret(served.aws, staged, "s");
    const moveStage = (to: { MoveToVersionId: string } | { RemoveFromVersionId: string }) =>
      served.aws.secretsManager.send(
        new UpdateSecretVersionStageCommand({ SecretId: staged, VersionStage: "GREEN", ...to }),
      );
    await moveStage({ MoveToVersionId: versionId });
    await served.externalValue(
      "stage",
      `${head("Prune")}  data:\n    - { key: STAYS, parameterStore: { name: ${base}-stays } }\n    - { key: GREEN, secretsManager: { secretId: ${staged}, versionStage: GREEN } }\n`,
    );
    await allReady();
    await served.ready("stage");
    await moveStage({ RemoveFromVersionId: versionId });
    for (const Name of [`${base}-goes`, `${path}/b`]) {
      await served.aws.parameterStore.send(new DeleteParameterCommand({ Name }));
    }
    await served.aws.secretsManager.send(new DeleteSecretCommand({ SecretId: secretId }));
  }, 60_000);

  it("Merge: the target must exist, and is looked for every 30 s", async () => {
    const spec = `  secret: { name: merged, creationPolicy: Merge }\n  data:\n    - { key: A, parameterStore: { name: ${base}-stays } }\n`;
    await served.externalValue("merge", spec);
    expect(await served.notReady("merge", "TargetMissing")).toContain("must exist");
    await foreign("merged", { THEIRS: "x" });
  });

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

  it("Merge: a target that has come is merged into at the next look", async () => {
    await readyAtNextLook("merge");
    expect(await served.secret("merged")).toEqual({ THEIRS: "x", A: "v" });
  }, 60_000);

  it("a missing stage is never gone: the key stays under Prune, however often it is looked at", async () => {
    await served.notReady("stage", "ValueNotFound");
    expect(await served.secret("stage")).toEqual({ STAYS: "v", GREEN: "s" });
  });

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
    // The new value has come to rest everywhere.
    for (const name of ["prune", "optional"]) {
      await served.ready(name, (object) =>
        rowsOf(object).some(({ key, version }) => key === "STAYS" && version === "2"),
      );
    }
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
