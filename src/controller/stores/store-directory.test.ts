import { describe, expect, it } from "@jest/globals";
import type { Reader } from "../../aws/reader.ts";
import type { KubernetesObject } from "../../kubernetes/objects.ts";
import { type Readers, readerId } from "./readers.ts";
import { createStoreDirectory } from "./store-directory.ts";
import { createStoreRecords } from "./store-records.ts";

const roleArn = "arn:aws:iam::123456789012:role/reader";
const tagged = { region: "eu-west-1", assumeRoles: [{ roleArn }], sessionTagsFromNamespace: true };
const untagged = { region: "eu-west-1", assumeRoles: [{ roleArn }] };
const byToken = { region: "eu-west-1", auth: { serviceAccount: { name: "reader", namespace: "shop", roleArn } } };

function store(name: string, spec: object, generation = 1): KubernetesObject {
  const metadata = { name, uid: name, generation, resourceVersion: String(generation) };
  return { apiVersion: "externalvalues.dev/v1alpha1", kind: "ClusterValueStore", metadata, spec } as KubernetesObject;
}

function setUp() {
  const records = createStoreRecords("");
  // What tells identities apart is the id alone.
  const readers: Readers = {
    readerOf: (recipe, region, { model }) => ({ id: readerId(recipe, model), region }) as Reader,
    ofStore: () => [],
    quotas: () => [],
    sweep: () => undefined,
  };
  const directory = createStoreDirectory({
    records,
    readers,
    defaultRegion: undefined,
    clusterName: "test",
    allowOperatorIdentityInNamespaces: false,
    namespaceLabels: () => ({}),
  });
  const put = (name: string, spec: object, { generation = 1, uid = "first" } = {}): void => {
    records.put(store(name, spec, generation));
    const record = records.byKey(`ClusterValueStore/${name}`);
    if (record?.kind !== "served") throw new Error(`${name} is not served`);
    record.facts = { uid };
  };
  const identity = (name: string, namespace: string): string => {
    const ref = { kind: "ClusterValueStore", name } as const;
    const resolution = directory.resolve(ref, namespace, { kind: "parameter", name: "/a" }, "key A");
    if (resolution.kind !== "ready") throw new Error(`${name} is ${resolution.kind}`);
    return `${resolution.reader.id} ${resolution.reader.region}`;
  };
  return { put, identity };
}

describe("the identity by which a namespace reads through a store", () => {
  it("is the same at every question", () => {
    const { put, identity } = setUp();
    put("aws", tagged);
    expect(identity("aws", "shop")).toBe(identity("aws", "shop"));
  });

  it("is another for each namespace that is a session tag, however the questions alternate", () => {
    const { put, identity } = setUp();
    put("aws", tagged);
    const [shop, bank] = [identity("aws", "shop"), identity("aws", "bank")];
    expect(shop).not.toBe(bank);
    expect([identity("aws", "bank"), identity("aws", "shop")]).toEqual([bank, shop]);
  });

  it("is one for all namespaces where the namespace is no part of it", () => {
    const { put, identity } = setUp();
    put("aws", untagged);
    expect(identity("aws", "shop")).toBe(identity("aws", "bank"));
  });

  it("is another after an edit of the store", () => {
    const { put, identity } = setUp();
    put("aws", untagged);
    const before = identity("aws", "shop");
    put("aws", { ...untagged, region: "eu-central-1" }, { generation: 2 });
    expect(identity("aws", "shop")).not.toBe(before);
  });

  it("is another once the ServiceAccount that it begins with was made anew", () => {
    const { put, identity } = setUp();
    put("aws", byToken);
    const before = identity("aws", "shop");
    put("aws", byToken, { uid: "second" });
    expect(identity("aws", "shop")).not.toBe(before);
  });

  it("is each store's own, also where both were asked by one namespace", () => {
    const { put, identity } = setUp();
    put("aws", untagged);
    put("other", { ...untagged, assumeRoles: [{ roleArn: `${roleArn}-2` }] });
    expect(identity("aws", "shop")).not.toBe(identity("other", "shop"));
  });

  it("stays right for more namespaces than are remembered", () => {
    const { put, identity } = setUp();
    put("aws", tagged);
    const names = Array.from({ length: 1_100 }, (_, index) => `preview-${index}`);
    const ids = names.map((name) => identity("aws", name));
    expect(new Set(ids).size).toBe(names.length);
    expect(names.map((name) => identity("aws", name))).toEqual(ids);
  });
});
