import { beforeEach, describe, expect, it } from "@jest/globals";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { createStoreRecords, type StoreRecords, storeKeyOf } from "./store-records.ts";

const store = (fields: { generation?: number; uid?: string; namespace?: string; spec?: object } = {}) => {
  const { generation = 1, uid = "uid-1", namespace, spec = { region: "eu-west-1" } } = fields;
  const kind = namespace === undefined ? "ClusterValueStore" : "ValueStore";
  const metadata = { name: "aws", uid, generation, ...(namespace === undefined ? {} : { namespace }) };
  return { kind, metadata, spec } as KubernetesObject;
};
const ref = { kind: "ClusterValueStore", name: "aws" } as const;

let records: StoreRecords;

beforeEach(() => {
  records = createStoreRecords("");
});

describe("a store", () => {
  it("is found by its reference, a ValueStore in its own namespace alone", () => {
    records.put(store());
    records.put(store({ namespace: "shop" }));
    const own = { kind: "ValueStore", name: "aws" } as const;
    expect(records.get(ref, "anywhere")?.kind).toBe("served");
    expect(records.get(own, "shop")?.kind).toBe("served");
    expect(records.get(own, "other")).toBeUndefined();
    expect(records.keyOf(own, "shop")).toBe(storeKeyOf(store({ namespace: "shop" })));
    expect(records.keyOf(ref, "shop")).toBe(storeKeyOf(store()));
  });

  it("whose status alone changed is the same record: what is being learnt goes into it", () => {
    expect(records.put(store())).toBe(true);
    const before = records.get(ref, "");
    expect(records.put(store())).toBe(false);
    expect(records.get(ref, "")).toBe(before);
  });

  it.each([
    { reason: "edited", next: store({ generation: 2 }) },
    { reason: "made anew", next: store({ uid: "uid-2" }) },
  ])("that was $reason is another record, nothing learnt of it yet, of a greater revision", ({ next }) => {
    records.put(store());
    const before = records.get(ref, "");
    if (before?.kind === "served") before.facts = { uid: "known" };
    expect(records.put(next)).toBe(true);
    const after = records.get(ref, "");
    expect(after).toMatchObject({ kind: "served", facts: undefined });
    const revisions = [before, after].map((record) => (record?.kind === "served" ? record.revision : 0));
    expect(revisions[1]).toBeGreaterThan(revisions[0] ?? 0);
  });

  it("of another controller class is foreign, even where its spec is one that this operator does not know", () => {
    records.put(store({ spec: { controllerClass: "other", region: "eu-west-1" } }));
    expect(records.get(ref, "")?.kind).toBe("foreign");
    records.put(store({ generation: 2, spec: { controllerClass: "other", region: 7 } }));
    expect(records.get(ref, "")?.kind).toBe("foreign");
  });

  it("that cannot be parsed says why", () => {
    records.put(store({ spec: { assumeRoles: [{ roleArn: "no ARN" }], region: "eu-west-1" } }));
    expect(records.get(ref, "")).toMatchObject({ kind: "invalid", failure: { message: expect.any(String) } });
  });

  it("that was deleted is gone", () => {
    records.put(store());
    records.remove(store());
    expect(records.get(ref, "")).toBeUndefined();
    expect([...records.all()]).toEqual([]);
  });
});
