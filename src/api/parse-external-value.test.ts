import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { parseExternalValue } from "./parse-external-value.ts";

const metadata = { name: "checkout", namespace: "shop", uid: "uid-1", generation: 3 };
const parse = (spec: unknown, defaultStoreKind: "ValueStore" | "ClusterValueStore" = "ClusterValueStore") =>
  parseExternalValue({ metadata, spec }, { defaultStoreKind });

function modelOf(spec: unknown) {
  const parsed = parse(spec);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
}

function refusalOf(spec: unknown): string {
  const parsed = parse(spec);
  return parsed.ok ? "accepted" : `${parsed.failure.reason}: ${parsed.failure.message}`;
}

const secretsManager = { secretId: "prod/db" };
const parameterStore = { name: "/shop/x" };
const item = { key: "A", secretsManager };
const secretArn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/api-AbCdEf";
const parameterArn = "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/x";

describe("defaults", () => {
  test("of the least that can be asked for", () => {
    expect(modelOf({ data: [item] })).toEqual({
      namespace: "shop",
      name: "checkout",
      uid: "uid-1",
      generation: 3,
      refreshPolicy: "Periodic",
      refreshIntervalMs: 3_600_000,
      suspend: false,
      secret: {
        kind: "Secret",
        name: "checkout",
        type: "Opaque",
        creationPolicy: "Owner",
        deletionPolicy: "Retain",
        immutable: false,
        labels: {},
        annotations: {},
      },
      data: [
        {
          field: "spec.data[0]",
          key: "A",
          to: "Secret",
          store: { kind: "ClusterValueStore", name: "default" },
          ref: { kind: "secret", secretId: "prod/db" },
          extract: { kind: "whole" },
          decode: "None",
          optional: false,
        },
      ],
      dataFrom: [],
      restart: [],
    });
  });

  test("of a dataFrom item", () => {
    expect(modelOf({ dataFrom: [{ parameterStore: { path: "/shop" } }] }).dataFrom).toEqual([
      {
        field: "spec.dataFrom[0]",
        to: "Secret",
        store: { kind: "ClusterValueStore", name: "default" },
        ref: { kind: "parametersByPath", path: "/shop", recursive: false },
        decode: "None",
        optional: false,
        keys: { format: "Relative", include: [], exclude: [], rewrite: [], onConflict: "Fail" },
      },
    ]);
  });

  test("of a template", () => {
    const template = {
      from: [{ configMap: { name: "templates", key: "a.yaml" } }, { secret: { name: "s", key: "k", as: "b" } }],
    };
    expect(modelOf({ secret: { template } }).secret?.template).toEqual({
      data: {},
      from: [
        { kind: "ConfigMap", name: "templates", key: "a.yaml", as: "a.yaml" },
        { kind: "Secret", name: "s", key: "k", as: "b" },
      ],
      mergePolicy: "Merge",
    });
  });

  it.each([
    {
      reason: "the item's own store first",
      spec: {
        storeRef: { kind: "ClusterValueStore", name: "spec" },
        data: [{ ...item, storeRef: { kind: "ValueStore", name: "item" } }],
      },
      store: { kind: "ValueStore", name: "item" },
    },
    {
      reason: "then the spec's",
      spec: { storeRef: { kind: "ValueStore", name: "spec" }, data: [item] },
      store: { kind: "ValueStore", name: "spec" },
    },
    { reason: "then the default one", spec: { data: [item] }, store: { kind: "ValueStore", name: "default" } },
  ])("of the store: $reason", ({ spec, store }) => {
    expect(parse(spec, "ValueStore")).toMatchObject({ ok: true, value: { data: [{ store }] } });
  });
});

describe("what is set", () => {
  test("arrives in the model", () => {
    const keys = {
      format: "Env",
      include: ["^a"],
      exclude: ["b$"],
      rewrite: [{ match: "^(a)", replace: "$1" }],
      onConflict: "Last",
    };
    const model = modelOf({
      refreshPolicy: "OnChange",
      refreshInterval: "1m30s",
      suspend: true,
      secret: {
        name: "s",
        type: "kubernetes.io/tls",
        creationPolicy: "Orphan",
        deletionPolicy: "Prune",
        immutable: true,
        labels: { a: "b" },
        annotations: { c: "d" },
      },
      data: [{ ...item, to: "Template", decode: "Base64", sensitive: false, optional: true, jmesPath: "a" }],
      dataFrom: [
        { secretsManager, to: "ByType", decode: "Auto", sensitive: true, optional: true, jsonKey: "/a", keys },
      ],
    });
    expect(model).toMatchObject({
      refreshPolicy: "OnChange",
      refreshIntervalMs: 90_000,
      suspend: true,
      secret: {
        name: "s",
        type: "kubernetes.io/tls",
        creationPolicy: "Orphan",
        deletionPolicy: "Prune",
        immutable: true,
        labels: { a: "b" },
        annotations: { c: "d" },
      },
      data: [
        {
          to: "Template",
          decode: "Base64",
          sensitive: false,
          optional: true,
          extract: { kind: "jmesPath", jmesPath: "a" },
        },
      ],
      dataFrom: [{ to: "ByType", decode: "Auto", sensitive: true, optional: true, jsonKey: "/a", keys }],
    });
  });

  test("the annotation that asks for a read", () => {
    const annotated = { ...metadata, annotations: { "externalvalues.dev/refresh": "now" } };
    expect(
      parseExternalValue({ metadata: annotated, spec: { data: [item] } }, { defaultStoreKind: "ValueStore" }),
    ).toMatchObject({ ok: true, value: { refreshRequest: "now" } });
  });
});

describe("a target exists where something is routed to it, or its block is there", () => {
  const byType = { to: "ByType" };
  it.each([
    { name: "a key of the Secret", spec: { data: [item] }, kinds: ["Secret"] },
    {
      name: "a key of the ConfigMap",
      spec: { data: [{ key: "A", parameterStore, to: "ConfigMap" }] },
      kinds: ["ConfigMap"],
    },
    { name: "a block alone", spec: { configMap: {} }, kinds: ["ConfigMap"] },
    { name: "a block besides a key", spec: { configMap: {}, data: [item] }, kinds: ["Secret", "ConfigMap"] },
    {
      name: "keys for a template",
      spec: { secret: { template: { data: { A: "x" } } }, data: [{ ...item, to: "Template" }] },
      kinds: ["Secret"],
    },
    {
      name: "parameters by type",
      spec: { dataFrom: [{ ...byType, parameterStore: { path: "/a" } }] },
      kinds: ["Secret", "ConfigMap"],
    },
    {
      name: "a secret by type, which is never harmless",
      spec: { dataFrom: [{ ...byType, secretsManager }] },
      kinds: ["Secret"],
    },
    {
      name: "secrets by type",
      spec: { dataFrom: [{ ...byType, secretsManager: { namePrefix: "a" } }] },
      kinds: ["Secret"],
    },
  ])("$name: $kinds", ({ spec, kinds }) => {
    const { secret, configMap } = modelOf(spec);
    expect([secret, configMap].flatMap((target) => (target ? [target.kind] : []))).toEqual(kinds);
  });
});

describe("what is read", () => {
  it.each([
    { item: { secretsManager }, ref: { kind: "secret", secretId: "prod/db" } },
    {
      item: { secretsManager: { ...secretsManager, versionStage: "AWSPREVIOUS" } },
      ref: { kind: "secret", secretId: "prod/db", versionStage: "AWSPREVIOUS" },
    },
    { item: { secretsManager: { secretId: secretArn } }, ref: { kind: "secret", secretId: secretArn } },
    { item: { parameterStore }, ref: { kind: "parameter", name: "/shop/x" } },
    {
      item: { parameterStore: { ...parameterStore, version: 3 } },
      ref: { kind: "parameter", name: "/shop/x", selector: { version: 3 } },
    },
    {
      item: { parameterStore: { ...parameterStore, label: "stable" } },
      ref: { kind: "parameter", name: "/shop/x", selector: { label: "stable" } },
    },
    {
      item: { parameterStore: { name: parameterArn, label: "stable" } },
      ref: { kind: "parameter", name: parameterArn, selector: { label: "stable" } },
    },
    { item: { arn: parameterArn }, ref: { kind: "parameter", name: parameterArn } },
    { item: { arn: `${parameterArn}:3` }, ref: { kind: "parameter", name: parameterArn, selector: { version: 3 } } },
    { item: { arn: secretArn }, ref: { kind: "secret", secretId: secretArn } },
    {
      item: { arn: `${secretArn}::AWSPREVIOUS:` },
      ref: { kind: "secret", secretId: secretArn, versionStage: "AWSPREVIOUS" },
    },
    { item: { secretsManager, tag: "owner" }, ref: { kind: "tags", of: { service: "secretsManager", id: "prod/db" } } },
    { item: { parameterStore, tag: "*" }, ref: { kind: "tags", of: { service: "parameterStore", id: "/shop/x" } } },
    {
      item: { arn: parameterArn, tag: "owner" },
      ref: { kind: "tags", of: { service: "parameterStore", id: parameterArn } },
    },
  ])("for data $item", ({ item, ref }) => {
    expect(modelOf({ data: [{ key: "A", ...item }] }).data[0]?.ref).toEqual(ref);
  });

  it.each([
    {
      from: { secretsManager: { namePrefix: "prod/", tags: { a: "b" } } },
      ref: { kind: "secretsByFilter", namePrefix: "prod/", tags: { a: "b" } },
    },
    { from: { secretsManager: { tags: { a: "b" } } }, ref: { kind: "secretsByFilter", tags: { a: "b" } } },
    {
      from: { secretsManager: { ...secretsManager, versionStage: "AWSPENDING" } },
      ref: { kind: "secret", secretId: "prod/db", versionStage: "AWSPENDING" },
    },
    {
      from: { parameterStore: { name: "/a", version: 2 } },
      ref: { kind: "parameter", name: "/a", selector: { version: 2 } },
    },
    {
      from: { parameterStore: { path: "/a/", recursive: true } },
      ref: { kind: "parametersByPath", path: "/a", recursive: true },
    },
    { from: { parameterStore: { path: "/" } }, ref: { kind: "parametersByPath", path: "/", recursive: false } },
    { from: { parameterStore: { tags: { a: "b" } } }, ref: { kind: "parametersByTags", tags: { a: "b" } } },
    { from: { arn: secretArn }, ref: { kind: "secret", secretId: secretArn } },
  ])("for dataFrom $from", ({ from, ref }) => {
    expect(modelOf({ dataFrom: [from] }).dataFrom[0]?.ref).toEqual(ref);
  });

  it.each([
    { item: { secretsManager }, extract: { kind: "whole" } },
    { item: { secretsManager, jsonKey: "/db/password" }, extract: { kind: "jsonKey", jsonKey: "/db/password" } },
    { item: { secretsManager, tag: "owner" }, extract: { kind: "tag", tag: "owner" } },
    { item: { arn: `${secretArn}:password::` }, extract: { kind: "jsonKey", jsonKey: "password" } },
    { item: { arn: `${secretArn}:/a~b::` }, extract: { kind: "jsonKey", jsonKey: "/~1a~0b" } },
  ])("and what is taken out of it: $item", ({ item, extract }) => {
    expect(modelOf({ data: [{ key: "A", ...item }] }).data[0]?.extract).toEqual(extract);
  });

  test("the JSON key of an ARN holds for a dataFrom item too", () => {
    expect(modelOf({ dataFrom: [{ arn: `${secretArn}:services::` }] }).dataFrom[0]?.jsonKey).toBe("services");
  });
});

describe("what a schema cannot say", () => {
  const arnMessage =
    "must be the ARN of a parameter, with :version or :label behind it at most, or of a secret, with :json-key:version-stage:version-id behind it at most";
  const inData = (fields: object) => ({ data: [{ key: "A", ...fields }] });

  it.each([
    {
      name: "neither target",
      spec: inData({ secretsManager, to: "Template" }),
      message: "spec must have a key for a Secret or a ConfigMap, or the block of one",
    },
    {
      name: "an empty list",
      spec: { data: [] },
      message: "spec must have a key for a Secret or a ConfigMap, or the block of one",
    },
    {
      name: "too much behind an ARN",
      spec: inData({ arn: `${secretArn}:a:b:c:d` }),
      message: `spec.data[0].arn ${arnMessage}`,
    },
    {
      name: "the ARN of another kind of parameter",
      spec: inData({ arn: "arn:aws:ssm:eu-west-1:123456789012:parameter/:3" }),
      message: `spec.data[0].arn ${arnMessage}`,
    },
    {
      name: "a stage and a version behind an ARN",
      spec: inData({ arn: `${secretArn}::AWSCURRENT:5f3c` }),
      message: "spec.data[0].arn must have at most one of version-stage and version-id behind it",
    },
    {
      name: "a JSON key twice",
      spec: inData({ arn: `${secretArn}:a::`, jsonKey: "b" }),
      message: "spec.data[0] must not have jsonKey, jmesPath or tag, since its arn names a JSON key",
    },
    {
      name: "a JSON key twice in dataFrom",
      spec: { dataFrom: [{ arn: `${secretArn}:a::`, jsonKey: "b" }] },
      message: "spec.dataFrom[0] must not have jsonKey, since its arn names a JSON key",
    },
    {
      name: "something behind the ARN of a secretId",
      spec: inData({ secretsManager: { secretId: `${secretArn}:key::` } }),
      message: "spec.data[0].secretsManager.secretId must be a name, or the ARN of a secret with nothing behind it",
    },
    {
      name: "the ARN of a parameter as a secretId",
      spec: inData({ secretsManager: { secretId: parameterArn } }),
      message: "spec.data[0].secretsManager.secretId must be a name, or the ARN of a secret with nothing behind it",
    },
    {
      name: "a version behind the ARN of a name",
      spec: inData({ parameterStore: { name: `${parameterArn}:3` } }),
      message: "spec.data[0].parameterStore.name must be a name, or the ARN of a parameter with nothing behind it",
    },
    {
      name: "a tag of one version",
      spec: inData({ parameterStore: { ...parameterStore, version: 3 }, tag: "a" }),
      message: "spec.data[0] must not select a version with tag, since tags belong to all versions",
    },
    {
      name: "a tag of one stage",
      spec: inData({ secretsManager: { ...secretsManager, versionStage: "AWSCURRENT" }, tag: "a" }),
      message: "spec.data[0] must not select a version with tag, since tags belong to all versions",
    },
    {
      name: "a bad JSON Pointer",
      spec: inData({ secretsManager, jsonKey: "/a~2" }),
      message: 'spec.data[0].jsonKey must be a JSON Pointer, where "~" is written "~0" and "/" "~1"',
    },
    {
      name: "a bad JSON Pointer in dataFrom",
      spec: { dataFrom: [{ secretsManager, jsonKey: "/a~" }] },
      message: 'spec.dataFrom[0].jsonKey must be a JSON Pointer, where "~" is written "~0" and "/" "~1"',
    },
    {
      name: "a pattern that RE2 does not know",
      spec: { dataFrom: [{ secretsManager, keys: { include: ["a", "(?=b)"] } }] },
      message: "spec.dataFrom[0].keys.include[1] must be an RE2 pattern: invalid or unsupported Perl syntax: `(?=`",
    },
    {
      name: "a bad pattern to exclude",
      spec: { dataFrom: [{ secretsManager, keys: { exclude: ["("] } }] },
      message: "spec.dataFrom[0].keys.exclude[0] must be an RE2 pattern: missing closing ): `(`",
    },
    {
      name: "a bad pattern to rewrite",
      spec: { dataFrom: [{ secretsManager, keys: { rewrite: [{ match: "[", replace: "" }] } }] },
      message: "spec.dataFrom[0].keys.rewrite[0].match must be an RE2 pattern: missing closing ]: `[`",
    },
    {
      name: "two templates for a key",
      spec: { secret: { template: { data: { a: "x" }, from: [{ configMap: { name: "t", key: "a" } }] } } },
      message: "spec.secret.template.from[0] must not give the key a a second template",
    },
    {
      name: "two sources for a key",
      spec: {
        configMap: {
          template: { from: [{ configMap: { name: "t", key: "a" } }, { configMap: { name: "u", key: "b", as: "a" } }] },
        },
      },
      message: "spec.configMap.template.from[1] must not give the key a a second template",
    },
    { name: "a spec that is none", spec: undefined, message: "spec must be an object" },
    {
      name: "a field of a newer version",
      spec: { data: [item], schedule: "hourly" },
      message: "spec.schedule is not a field of this version",
    },
  ])("$name", ({ spec, message }) => {
    expect(refusalOf(spec)).toBe(`SpecInvalid: ${message}`);
  });

  test("every finding is told, the sixth and further ones as a count", () => {
    const data = Array.from({ length: 7 }, (_, index) => ({ key: `K${index}`, secretsManager, jsonKey: "/~" }));
    const parsed = parse({ data });
    expect(parsed.ok ? [] : parsed.findings).toHaveLength(7);
    expect(refusalOf({ data })).toMatch(/^SpecInvalid: spec\.data\[0\].*; spec\.data\[4\].*; and 2 more$/u);
  });
});

test("never throws, whatever it is given", () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (spec, part) => {
      expect(typeof parse(spec).ok).toBe("boolean");
      expect(typeof parse({ data: [part], dataFrom: [part], secret: part }).ok).toBe("boolean");
      expect(typeof parse({ data: [{ key: "A", secretsManager: part, jsonKey: part }] }).ok).toBe("boolean");
    }),
  );
});
