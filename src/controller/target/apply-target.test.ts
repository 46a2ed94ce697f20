import { describe, expect, it } from "@jest/globals";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { applyTarget } from "./apply-target.ts";
import { desiredShape, type TargetObject } from "./desired.ts";
import type { TargetWrite } from "./plan-target.ts";
import { removeTarget } from "./remove-target.ts";
import { composed, fieldManager, owner, target } from "./testing/samples.ts";

/** Requests in order, and what each is answered with: an error, or what was sent. */
function scripted(answers: readonly (ApiError | TargetObject | undefined)[] = []) {
  const log: string[] = [];
  const bodies: unknown[] = [];
  const next = [...answers];
  const answer = (verb: string, body: unknown, fallback: unknown) => {
    log.push(verb);
    bodies.push(body);
    const given = next.shift();
    if (given instanceof ApiError) throw given;
    return given ?? fallback;
  };
  const client = {
    get: async () => answer("get", undefined, undefined),
    create: async (_type: unknown, object: KubernetesObject) => answer("create", object, object),
    apply: async (_type: unknown, object: KubernetesObject) => answer("apply", object, object),
    mergePatch: async (_type: unknown, ref: object, patch: object) => answer("patch", patch, { metadata: ref }),
    delete: async (_type: unknown, _ref: unknown, preconditions: object) => answer("delete", preconditions, undefined),
  } as unknown as KubernetesClient;
  return { context: { client, owner, fieldManager }, log, bodies };
}

const error = (status: number, message = "refused") => new ApiError({ status, reason: "Scripted", message });
const live = { uid: "uid-target", resourceVersion: "7" };

function write(fields: Partial<TargetWrite> = {}): TargetWrite {
  const data = composed({ A: "1" });
  return {
    how: "update",
    composed: data,
    shape: desiredShape(target(), data, owner),
    dataVersion: 3,
    dataChanged: true,
    live,
    prints: { dataPrint: "d", shapePrint: "s" },
    merged: false,
    takenOver: new Map(),
    ...fields,
  };
}

describe("a write", () => {
  it("creates by a POST, which cannot overwrite", async () => {
    const { context, log } = scripted();
    expect(await applyTarget(write({ how: "create" }), context)).toMatchObject({ kind: "written" });
    expect(log).toEqual(["create"]);
  });

  it("updates with uid and resourceVersion inside the apply", async () => {
    const { context, log, bodies } = scripted();
    await applyTarget(write(), context);
    expect(log).toEqual(["apply"]);
    expect(bodies[0]).toMatchObject({ metadata: live });
  });

  it("recreates after a POST that finds the old one in the way: what would be refused is not deleted", async () => {
    const { context, log, bodies } = scripted([error(409)]);
    expect(await applyTarget(write({ how: "recreate" }), context)).toMatchObject({ kind: "written" });
    expect(log).toEqual(["create", "delete", "create"]);
    expect(bodies[1]).toEqual(live);
    const refused = scripted([error(422)]);
    expect(await applyTarget(write({ how: "recreate" }), refused.context)).toMatchObject({ kind: "refused" });
    expect(refused.log).toEqual(["create"]);
  });

  it("is done where the old one went meanwhile, and the POST made the new one", async () => {
    const { context, log } = scripted();
    expect(await applyTarget(write({ how: "recreate" }), context)).toMatchObject({ kind: "written" });
    expect(log).toEqual(["create"]);
  });

  it.each([
    { status: 409, kind: "raced" },
    { status: 404, kind: "raced" },
    { status: 413, kind: "refused", reason: "TooLarge" },
    { status: 422, kind: "refused", reason: "ValueInvalid" },
    { status: 400, kind: "refused", reason: "ValueInvalid" },
    { status: 403, kind: "refused", reason: "TargetConflict" },
  ])("answered with $status is $kind", async ({ status, kind, reason }) => {
    const { context } = scripted([error(status)]);
    const result = await applyTarget(write(), context);
    expect(result.kind).toBe(kind);
    expect(result.kind === "refused" ? result.failure.reason : undefined).toBe(reason);
  });

  it("exchanges the data of a ConfigMap first, where the apply is refused because keys change sides", async () => {
    const data = composed({ A: "1", B: new Uint8Array([255]) }, { kind: "ConfigMap" });
    const patched: TargetObject = { metadata: { name: "checkout", uid: "uid-target", resourceVersion: "8" } };
    const { context, log, bodies } = scripted([error(422), patched]);
    expect(await applyTarget(write({ composed: data }), context)).toMatchObject({ kind: "written" });
    expect(log).toEqual(["apply", "patch", "apply"]);
    expect(bodies[1]).toMatchObject({
      metadata: live,
      data: { A: "1", B: null },
      binaryData: { A: null, B: "/w==" },
    });
    expect(bodies[2]).toMatchObject({ metadata: { resourceVersion: "8" } });
  });

  it("lets keys go first, together with the data and its count, and applies the rest under the version that this gave", async () => {
    const patched: TargetObject = { metadata: { name: "checkout", uid: "uid-target", resourceVersion: "8" } };
    const { context, log, bodies } = scripted([patched]);
    const written = await applyTarget(write({ removes: ["B"], thenApplies: true }), context);
    expect(written).toMatchObject({ kind: "written" });
    expect(log).toEqual(["patch", "apply"]);
    const metadata = { annotations: { "externalvalues.dev/data-version": "3" } };
    expect(bodies[0]).toMatchObject({ metadata: { ...live, ...metadata }, data: { A: "MQ==", B: null } });
    expect(bodies[1]).toMatchObject({ metadata: { resourceVersion: "8", ...metadata }, data: { A: "MQ==" } });
  });

  it.each([
    {
      reason: "is refused the rest",
      status: 422,
      result: { kind: "refused", memo: { resourceVersion: "8", dataVersion: 3 } },
    },
    { reason: "is raced for", status: 409, result: { kind: "raced", holdsData: true } },
  ])("that has brought the data, and $reason, says so", async ({ status, result }) => {
    const patched: TargetObject = { metadata: { name: "checkout", uid: "uid-target", resourceVersion: "8" } };
    const { context, log } = scripted([patched, error(status)]);
    const written = await applyTarget(write({ removes: ["B"], thenApplies: true }), context);
    expect(written).toMatchObject(result);
    expect(log).toEqual(["patch", "apply"]);
    const refused = await applyTarget(write({ removes: ["B"], thenApplies: true }), scripted([error(status)]).context);
    expect(refused).not.toHaveProperty("memo");
    expect(refused).not.toMatchObject({ holdsData: true });
  });

  it.each([0, 429, 500])("answered with %s is tried again by whoever asked", async (status) => {
    await expect(applyTarget(write(), scripted([error(status)]).context)).rejects.toThrow("refused");
  });

  it("removes what an apply leaves behind, under the version that it has just been given", async () => {
    const left: TargetObject = {
      metadata: { name: "checkout", uid: "uid-target", resourceVersion: "8" },
      data: { A: "MQ==", FOREIGN: "eA==" },
    };
    const { context, log, bodies } = scripted([left]);
    await applyTarget(write(), context);
    expect(log).toEqual(["apply", "patch"]);
    expect(bodies[1]).toEqual({ metadata: { uid: "uid-target", resourceVersion: "8" }, data: { FOREIGN: null } });
  });
});

describe("a former target", () => {
  const former = { kind: "Secret", name: "checkout", uid: "uid-target", allGone: false } as const;
  const object = (metadata: object, data = {}): TargetObject => ({
    metadata: { name: "checkout", uid: "uid-target", resourceVersion: "7", ...metadata },
    data,
  });
  const owned = {
    ownerReferences: [{ apiVersion: "v1", kind: "E", name: "checkout", uid: owner.uid, controller: true }],
  };
  const orphan = { annotations: { "externalvalues.dev/created-by": owner.name } };

  it.each([
    { reason: "that is not there", live: undefined, goes: {}, result: "absent", log: ["get"] },
    { reason: "of another uid", live: object({ uid: "uid-new" }), goes: {}, result: "absent", log: ["get"] },
    {
      reason: "made again since the status was written",
      live: object({ ...owned, uid: "uid-new" }),
      goes: {},
      result: "deleted",
      log: ["get", "delete"],
    },
    {
      reason: "being deleted",
      live: object({ ...owned, deletionTimestamp: "now" }),
      goes: {},
      result: "absent",
      log: ["get"],
    },
    { reason: "that it controls", live: object(owned), goes: {}, result: "deleted", log: ["get", "delete"] },
    { reason: "an Orphan stays", live: object(orphan), goes: {}, result: "released", log: ["get"] },
    {
      reason: "an Orphan whose values are all gone",
      live: object(orphan),
      goes: { allGone: true },
      result: "deleted",
      log: ["get", "delete"],
    },
    {
      reason: "an Orphan whose values are all gone, and whose mark was edited away",
      live: object({}),
      goes: { allGone: true },
      result: "deleted",
      log: ["get", "delete"],
    },
    { reason: "merged into", live: object({}), goes: {}, result: "released", log: ["get", "apply"] },
    {
      reason: "merged into, although all values are gone",
      live: object({}),
      goes: { allGone: true, merged: true },
      result: "released",
      log: ["get", "apply"],
    },
  ])("$reason: $result", async ({ live: found, goes, result, log }) => {
    const bench = scripted([found]);
    expect(await removeTarget({ ...former, ...goes }, bench.context)).toBe(result);
    expect(bench.log).toEqual(log);
  });

  it.each([
    { reason: "made by us", manager: fieldManager, uid: "uid-target", result: "deleted" },
    { reason: "a copy that somebody else made", manager: "kubectl-create", uid: "uid-target", result: "spared" },
    { reason: "made anew since it was seen, by somebody else", manager: "kubectl-create", uid: "u", result: "spared" },
    { reason: "let go of since it was seen", manager: fieldManager, uid: "uid-target", owners: [], result: "absent" },
  ])("that is known by its controller alone, $reason: $result", async ({ manager, uid, owners, result }) => {
    const annotations = { "f:externalvalues.dev/data-version": {} };
    const managedFields = [{ manager, fieldsV1: { "f:metadata": { "f:annotations": annotations } } }];
    const ownerReferences = owners ?? owned.ownerReferences;
    const bench = scripted([object({ ownerReferences, uid, managedFields })]);
    expect(await removeTarget({ ...former, isStray: true }, bench.context)).toBe(result);
    expect(bench.log).toEqual(result === "deleted" ? ["get", "delete"] : ["get"]);
  });

  it("is deleted with uid and resourceVersion as preconditions, and raced where they no longer hold", async () => {
    const bench = scripted([object(owned), error(409)]);
    expect(await removeTarget(former, bench.context)).toBe("raced");
    expect(bench.bodies[1]).toEqual(live);
  });

  it("gives back what our creating POST still holds, and nothing that another holds too", async () => {
    const fields = (...keys: string[]) => ({ "f:data": Object.fromEntries(keys.map((key) => [`f:${key}`, {}])) });
    const left = object(
      {
        managedFields: [
          { manager: fieldManager, operation: "Update", fieldsV1: fields("OURS", "BOTH") },
          { manager: "kubectl", operation: "Apply", fieldsV1: fields("BOTH", "THEIRS") },
        ],
      },
      { OURS: "eA==", BOTH: "eA==", THEIRS: "eA==" },
    );
    const bench = scripted([object({}), left]);
    await removeTarget(former, bench.context);
    expect(bench.log).toEqual(["get", "apply", "patch"]);
    expect(bench.bodies[2]).toMatchObject({ data: { OURS: null } });
  });
});
