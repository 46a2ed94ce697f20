import { describe, expect, it } from "@jest/globals";
import { ApiError, type KubernetesClient } from "../../kubernetes/client.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { carryOut } from "./carry-out.ts";
import { type ChildObject, newChild } from "./child.ts";
import type { FanOutModel } from "./fan-out-model.ts";
import type { FanOutPlan } from "./plan-fan-out.ts";

const model: FanOutModel = {
  name: "db",
  uid: "parent",
  generation: 2,
  selectors: [],
  namespaces: [],
  child: { name: "db", labels: {}, annotations: {}, spec: { data: [] } },
  stores: [],
};
const nothing: FanOutPlan = { matching: [], create: [], update: [], remove: [], conflicts: [], absent: [] };

const child = (changes: Partial<ChildObject["metadata"]> = {}, spec: object = { data: [] }): ChildObject => {
  const made = newChild(model, "a");
  return { ...made, spec, metadata: { ...made.metadata, uid: "u1", resourceVersion: "7", ...changes } };
};
const parent = (changes: Partial<KubernetesObject["metadata"]> = {}): KubernetesObject => ({
  metadata: { name: "db", uid: "parent", generation: 2, ...changes },
});

interface World {
  readonly parent?: KubernetesObject | undefined;
  readonly child?: ChildObject | undefined;
  readonly refuses?: ApiError;
}

async function run(plan: Partial<FanOutPlan>, world: World) {
  const sent: unknown[] = [];
  const write = (...what: unknown[]) => {
    sent.push(what);
    return world.refuses ? Promise.reject(world.refuses) : Promise.resolve(child());
  };
  const client = {
    get: (type: { readonly kind: string }) =>
      Promise.resolve(type.kind === "ClusterExternalValue" ? world.parent : world.child),
    getMetadata: () => Promise.resolve(world.child),
    create: (_type: unknown, object: KubernetesObject) => write("create", object.metadata.namespace),
    mergePatch: (_type: unknown, _ref: unknown, patch: object) => write("patch", patch),
    delete: (_type: unknown, ref: object, preconditions: object) => write("delete", ref, preconditions),
  };
  const done = await carryOut({ ...nothing, ...plan }, model, client as unknown as KubernetesClient);
  return { sent, done };
}

const fine = { refused: [], raced: false };

describe("removing", () => {
  const remove = [child()];

  it("deletes exactly what was read fresh", async () => {
    const { sent, done } = await run({ remove }, { parent: parent(), child: child({ resourceVersion: "8" }) });
    expect(sent).toEqual([["delete", { namespace: "a", name: "db" }, { uid: "u1", resourceVersion: "8" }]]);
    expect(done).toEqual(fine);
  });

  it.each([
    { reason: "is gone", living: undefined },
    { reason: "was made anew", living: parent({ uid: "other" }) },
    { reason: "was edited meanwhile", living: parent({ generation: 3 }) },
    { reason: "is being deleted", living: parent({ deletionTimestamp: "2026-01-01T00:00:00Z" }) },
  ])("deletes nothing where the ClusterExternalValue $reason", async ({ living }) => {
    const { sent, done } = await run({ remove }, { parent: living, child: child() });
    expect(sent).toEqual([]);
    expect(done.raced).toBe(true);
  });

  it.each([
    { reason: "was made anew", living: child({ uid: "u2" }) },
    { reason: "belongs to somebody else now", living: child({ ownerReferences: [] }) },
    { reason: "is gone", living: undefined },
  ])("deletes nothing where the ExternalValue $reason", async ({ living }) => {
    expect((await run({ remove }, { parent: parent(), child: living })).sent).toEqual([]);
  });
});

describe("updating", () => {
  const update = [child({}, { suspend: true })];

  it("patches exactly what was read fresh", async () => {
    const { sent } = await run({ update }, { child: child({ resourceVersion: "8" }, { suspend: true }) });
    expect(sent).toMatchObject([["patch", { metadata: { uid: "u1", resourceVersion: "8" }, spec: { suspend: null } }]]);
  });

  it.each([
    { reason: "is in step already", living: child() },
    { reason: "belongs to somebody else now", living: child({ ownerReferences: [] }, { suspend: true }) },
    { reason: "is gone", living: undefined },
  ])("writes nothing where it $reason", async ({ living }) => {
    expect((await run({ update }, { child: living })).sent).toEqual([]);
  });
});

describe("creating", () => {
  const terminating = [{ field: "metadata.namespace", reason: "NamespaceTerminating", message: "" }];
  const refusal = (status: number, causes: ApiError["causes"] = []) =>
    new ApiError({ status, reason: "Refused", message: "why", causes });

  it("makes one in each namespace", async () => {
    const names = Array.from({ length: 25 }, (_, index) => `n${index}`);
    const { sent, done } = await run({ create: names }, {});
    expect(sent).toEqual(names.map((name) => ["create", name]));
    expect(done).toEqual(fine);
  });

  it.each([
    { reason: "somebody was quicker", refuses: refusal(409) },
    { reason: "the namespace is gone", refuses: refusal(404) },
    { reason: "the namespace is being deleted", refuses: refusal(403, terminating) },
  ])("looks again where $reason", async ({ refuses }) => {
    expect((await run({ create: ["a"] }, { refuses })).done).toEqual({ refused: [], raced: true });
  });

  it("names the namespace whose quota refuses it, and goes on with the others", async () => {
    const { sent, done } = await run({ create: ["a", "b"] }, { refuses: refusal(403) });
    expect(sent).toHaveLength(2);
    expect(done.refused).toMatchObject([
      { namespace: "a", reason: "WriteRefused" },
      { namespace: "b", reason: "WriteRefused" },
    ]);
  });

  it("rejects where the API server does not answer", async () => {
    await expect(run({ create: ["a"] }, { refuses: refusal(503) })).rejects.toMatchObject({ status: 503 });
  });
});
