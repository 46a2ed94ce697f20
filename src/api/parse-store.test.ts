import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import { parseStore } from "./parse-store.ts";

const cluster = { kind: "ClusterValueStore", metadata: { name: "aws", uid: "uid-1", generation: 2 } };
const namespaced = { kind: "ValueStore", metadata: { name: "own", namespace: "shop", uid: "uid-2", generation: 4 } };
const roleArn = "arn:aws:iam::123456789012:role/reader";

function modelOf(object: Parameters<typeof parseStore>[0]) {
  const parsed = parseStore(object);
  if (!parsed.ok) throw new Error(parsed.failure.message);
  return parsed.value;
}

function refusalOf(object: Parameters<typeof parseStore>[0]): string {
  const parsed = parseStore(object);
  return parsed.ok ? "accepted" : `${parsed.failure.reason}: ${parsed.failure.message}`;
}

const defaults = {
  controllerClass: "",
  regions: [],
  failoverRegions: [],
  auth: { kind: "operator" },
  assumeRoles: [],
  sessionTagsFromNamespace: false,
  allowDeclassification: true,
  endpoints: {},
  access: [],
  limits: {},
};

describe("defaults", () => {
  it("of a ClusterValueStore", () => {
    expect(modelOf({ ...cluster, spec: {} })).toEqual({
      ref: { kind: "ClusterValueStore", name: "aws" },
      uid: "uid-1",
      generation: 2,
      ...defaults,
    });
  });

  it("of a ValueStore", () => {
    expect(modelOf({ ...namespaced, spec: {} })).toEqual({
      ref: { kind: "ValueStore", name: "own" },
      namespace: "shop",
      uid: "uid-2",
      generation: 4,
      ...defaults,
    });
  });

  it.each([
    { name: "a namespace: ValueStore", metadata: namespaced.metadata, kind: "ValueStore" },
    { name: "no namespace: ClusterValueStore", metadata: cluster.metadata, kind: "ClusterValueStore" },
  ])("of a kind that a list leaves out, by $name", ({ metadata, kind }) => {
    expect(modelOf({ metadata, spec: {} }).ref.kind).toBe(kind);
  });

  it("of limits: what is left out is no opinion", () => {
    expect(modelOf({ ...cluster, spec: { limits: { parameterReads: 5 } } }).limits).toEqual({ parameterReads: 5 });
  });

  it("of a role and a rule", () => {
    const spec = { assumeRoles: [{ roleArn }], access: [{ parameterStore: ["/a/*"] }] };
    expect(modelOf({ ...cluster, spec })).toMatchObject({
      assumeRoles: [{ roleArn, sessionTags: {}, transitiveTagKeys: [] }],
      access: [{ namespaces: { names: [] }, patterns: { parameterStore: ["/a/*"] } }],
    });
  });
});

test("what is set arrives in the model", () => {
  const assumeRoles = [
    {
      roleArn,
      externalId: "id",
      sessionName: "shop",
      sessionTags: { a: "b" },
      transitiveTagKeys: ["a"],
      durationSeconds: 900,
    },
  ];
  const selector = { matchLabels: { team: "shop" } };
  const set = {
    controllerClass: "edge",
    region: "eu-west-1",
    regions: ["us-east-1"],
    failoverRegions: ["eu-central-1"],
    assumeRoles,
    sessionTagsFromNamespace: true,
    allowDeclassification: false,
    endpoints: { sts: "https://sts.example.com" },
  };
  const access = [{ namespaces: { names: ["shop"], selector }, secretsManager: ["prod/*"], parameterStore: [] }];
  expect(modelOf({ ...cluster, spec: { ...set, access } })).toMatchObject({
    ...set,
    access: [
      { namespaces: { names: ["shop"], selector }, patterns: { secretsManager: ["prod/*"], parameterStore: [] } },
    ],
  });
});

describe("auth", () => {
  const keys = { accessKeyIdKey: "id", secretAccessKeyKey: "secret", sessionTokenKey: "token" };

  it.each([
    { name: "none", store: cluster, auth: {}, model: { kind: "operator" } },
    {
      name: "a ServiceAccount",
      store: cluster,
      auth: { serviceAccount: { name: "r", namespace: "shop", roleArn } },
      model: { kind: "serviceAccount", namespace: "shop", name: "r", roleArn },
    },
    {
      name: "an access key",
      store: cluster,
      auth: { accessKey: { secretRef: { name: "k", namespace: "shop" }, ...keys } },
      model: { kind: "accessKey", namespace: "shop", secretName: "k", ...keys },
    },
    {
      name: "a ServiceAccount of the own namespace",
      store: namespaced,
      auth: { serviceAccount: { name: "r" } },
      model: { kind: "serviceAccount", namespace: "shop", name: "r" },
    },
    {
      name: "an access key of the own namespace",
      store: namespaced,
      auth: { accessKey: { secretRef: { name: "k", namespace: "shop" }, ...keys } },
      model: { kind: "accessKey", namespace: "shop", secretName: "k", ...keys },
    },
  ])("$store.kind: $name", ({ store, auth, model }) => {
    expect(modelOf({ ...store, spec: { auth } }).auth).toEqual(model);
  });
});

describe("what a schema cannot say, or what must hold without one", () => {
  const secretRef = { name: "k", namespace: "other" };
  it.each([
    {
      name: "a ServiceAccount of another namespace",
      object: { ...namespaced, spec: { auth: { serviceAccount: { name: "r", namespace: "other" } } } },
      message: "spec.auth.serviceAccount.namespace must be the store's own namespace, or be left out",
    },
    {
      name: "a Secret of another namespace",
      object: {
        ...namespaced,
        spec: { auth: { accessKey: { secretRef, accessKeyIdKey: "a", secretAccessKeyKey: "b" } } },
      },
      message: "spec.auth.accessKey.secretRef.namespace must be the store's own namespace, or be left out",
    },
    {
      name: "endpoints of a ValueStore",
      object: { ...namespaced, spec: { endpoints: { sts: "https://example.com" } } },
      message: "spec must not have endpoints or changeEvents, which only a ClusterValueStore may have",
    },
    {
      name: "a ServiceAccount whose role is not stated",
      object: { ...cluster, spec: { auth: { serviceAccount: { name: "r", namespace: "shop" } } } },
      message: "spec.auth.serviceAccount.roleArn must be set",
    },
    { name: "no spec", object: cluster, message: "spec must be an object" },
  ])("$name", ({ object, message }) => {
    expect(refusalOf(object)).toBe(`SpecInvalid: ${message}`);
  });
});

test("never throws, whatever it is given", () => {
  fc.assert(
    fc.property(fc.anything(), fc.anything(), (spec, part) => {
      expect(typeof parseStore({ ...cluster, spec }).ok).toBe("boolean");
      expect(typeof parseStore({ ...namespaced, spec: { auth: part, access: [part], assumeRoles: part } }).ok).toBe(
        "boolean",
      );
    }),
  );
});
