import { describe, expect, it } from "@jest/globals";
import { type AssumeRole, defaultLimits, type StoreModel } from "../api/store-model.ts";
import { accountOf, type Recipe, type RecipeContext, recipeKey, recipeOf } from "./recipe.ts";

const cluster: StoreModel = {
  ref: { kind: "ClusterValueStore", name: "aws" },
  uid: "1",
  generation: 1,
  controllerClass: "",
  region: "eu-west-1",
  regions: [],
  failoverRegions: [],
  auth: { kind: "operator" },
  assumeRoles: [],
  sessionTagsFromNamespace: false,
  allowDeclassification: true,
  endpoints: {},
  access: [],
  limits: defaultLimits,
};
const namespaced: StoreModel = { ...cluster, ref: { kind: "ValueStore", name: "mine" }, namespace: "shop" };
const context: RecipeContext = { namespace: "shop", allowOperatorIdentityInNamespaces: false };
const trusted: RecipeContext = { ...context, allowOperatorIdentityInNamespaces: true, cluster: "prod-1" };

function role(name: string, more: Partial<AssumeRole> = {}): AssumeRole {
  return { roleArn: `arn:aws:iam::222222222222:role/${name}`, sessionTags: {}, transitiveTagKeys: [], ...more };
}

function recipe(store: StoreModel, given: RecipeContext = context): Recipe {
  const result = recipeOf(store, given);
  if (!result.ok) throw new Error(result.failure.message);
  return result.recipe;
}

const serviceAccount = { kind: "serviceAccount", namespace: "shop", name: "reader" } as const;
const withRole = { ...serviceAccount, roleArn: "arn:aws:iam::333333333333:role/irsa" };
const accessKey = {
  kind: "accessKey",
  namespace: "shop",
  secretName: "key",
  accessKeyIdKey: "id",
  secretAccessKeyKey: "secret",
} as const;

describe("what a store may not do", () => {
  it.each<[string, StoreModel, RecipeContext, RegExp]>([
    [
      "no region anywhere",
      { ...cluster, region: undefined } as unknown as StoreModel,
      context,
      /spec\.region must be set/,
    ],
    ["a namespaced store on the operator's identity", namespaced, context, /spec\.auth must be set/],
    ["the same with roles on top", { ...namespaced, assumeRoles: [role("a")] }, context, /spec\.auth must be set/],
    [
      "another namespace's ServiceAccount",
      { ...namespaced, auth: { ...withRole, namespace: "pay" } },
      context,
      /own namespace shop/,
    ],
    [
      "another namespace's Secret",
      { ...namespaced, auth: { ...accessKey, namespace: "pay" } },
      context,
      /own namespace shop/,
    ],
    [
      "endpoints of its own",
      { ...namespaced, auth: withRole, endpoints: { sts: "http://x" } },
      context,
      /spec\.endpoints/,
    ],
    [
      "a queue of its own",
      { ...namespaced, auth: withRole, changeEvents: { queueUrl: "q" } },
      context,
      /spec\.changeEvents/,
    ],
    [
      "a cluster's ServiceAccount without roleArn",
      { ...cluster, auth: serviceAccount },
      { ...context, roleArnAnnotation: "arn:x" },
      /roleArn must be set in a ClusterValueStore/,
    ],
    [
      "a ServiceAccount without role and annotation",
      { ...namespaced, auth: serviceAccount },
      context,
      /eks\.amazonaws\.com\/role-arn/,
    ],
    [
      "the operator's own tag",
      { ...cluster, assumeRoles: [role("a", { sessionTags: { "external-values/namespace": "pay" } })] },
      context,
      /session tag/,
    ],
    [
      "the operator's own tag in capitals",
      { ...cluster, assumeRoles: [role("a"), role("b", { transitiveTagKeys: ["External-Values/x"] })] },
      context,
      /assumeRoles\[1\]/,
    ],
    ["tags without a role", { ...cluster, sessionTagsFromNamespace: true }, context, /needs spec\.assumeRoles/],
    [
      "an external id of its own on the operator's identity",
      { ...namespaced, assumeRoles: [role("a", { externalId: "pay" })] },
      trusted,
      /externalId must be left out/,
    ],
    [
      "the same where the cluster has no name",
      { ...namespaced, assumeRoles: [role("a")] },
      { ...context, allowOperatorIdentityInNamespaces: true },
      /cluster's name/,
    ],
    [
      "the same where the name of the cluster is empty",
      { ...namespaced, assumeRoles: [role("a")] },
      { ...context, allowOperatorIdentityInNamespaces: true, cluster: "" },
      /cluster's name/,
    ],
  ])("%s", (...[, store, given, message]) => {
    const result = recipeOf(store, given);
    expect(result).toMatchObject({
      ok: false,
      failure: { reason: "StoreNotReady", message: expect.stringMatching(message) },
    });
  });
});

describe("what is made of a store", () => {
  it("the operator's own identity", () => {
    expect(recipe(cluster)).toEqual({ base: { kind: "operator" }, hops: [], region: "eu-west-1", endpoints: {} });
  });

  it("the role of a ServiceAccount's annotation, in a ValueStore", () => {
    const made = recipe(
      { ...namespaced, auth: serviceAccount },
      { ...context, roleArnAnnotation: withRole.roleArn, baseUid: "u" },
    );
    expect(made.base).toEqual({ ...withRole, uid: "u", sessionName: "external-values@shop.reader" });
  });

  it("its own roleArn goes before the annotation", () => {
    const made = recipe({ ...namespaced, auth: withRole }, { ...context, roleArnAnnotation: "arn:other" });
    expect(made.base).toMatchObject({ roleArn: withRole.roleArn });
  });

  it("a namespace tag on the first role, seen by the ones after it", () => {
    const made = recipe({
      ...cluster,
      sessionTagsFromNamespace: true,
      assumeRoles: [role("a", { sessionTags: { t: "1" } }), role("b")],
    });
    expect(made.hops).toMatchObject([
      {
        sessionName: "external-values@shop",
        sessionTags: { t: "1", "external-values/namespace": "shop" },
        transitiveTagKeys: ["external-values/namespace"],
      },
      { sessionTags: {}, transitiveTagKeys: [] },
    ]);
  });

  it("external id and namespace tag for a namespaced store on the operator's identity", () => {
    const [first, second] = recipe(
      { ...namespaced, assumeRoles: [role("a"), role("b", { externalId: "mine" })] },
      trusted,
    ).hops;
    expect(first).toMatchObject({ externalId: "prod-1/shop", sessionTags: { "external-values/namespace": "shop" } });
    expect(second).toMatchObject({ externalId: "mine", sessionTags: {} });
  });

  it.each([
    ["the first role may last longer", cluster, [7200, 3600]],
    ["not where the base is a role's session already", { ...cluster, auth: withRole }, [3600, 3600]],
  ] as const)("%s", (_name, store, expected) => {
    const assumeRoles = [role("a", { durationSeconds: 7200 }), role("b", { durationSeconds: 7200 })];
    expect(recipe({ ...store, assumeRoles }).hops.map(({ durationSeconds }) => durationSeconds)).toEqual(expected);
  });

  it("an account, where an ARN says it", () => {
    expect(accountOf(recipe(cluster))).toBeUndefined();
    expect(accountOf(recipe({ ...cluster, auth: withRole }))).toBe("333333333333");
    expect(accountOf(recipe({ ...cluster, auth: withRole, assumeRoles: [role("a")] }))).toBe("222222222222");
  });
});

describe("recipes are one identity", () => {
  const base: StoreModel = {
    ...cluster,
    auth: accessKey,
    assumeRoles: [role("a", { externalId: "e", sessionTags: { x: "1", y: "2" }, transitiveTagKeys: ["x", "y"] })],
  };
  const key = (store: StoreModel, given = context): string => recipeKey(recipe(store, given));
  const [first] = base.assumeRoles as [AssumeRole];

  it.each<[string, StoreModel, ...RecipeContext[]]>([
    [
      "another store of the same",
      { ...base, ref: { kind: "ClusterValueStore", name: "other" }, uid: "2", generation: 7 },
    ],
    [
      "tags in another order",
      { ...base, assumeRoles: [{ ...first, sessionTags: { y: "2", x: "1" }, transitiveTagKeys: ["y", "x"] }] },
    ],
    ["another namespace that reads, without tags", base, { ...context, namespace: "pay" }],
  ])("%s: the same", (...[, store, given]) => {
    expect(key(store, given)).toBe(key(base));
  });

  it.each<[string, StoreModel, ...RecipeContext[]]>([
    ["another external id", { ...base, assumeRoles: [{ ...first, externalId: "f" }] }],
    [
      "no external id",
      { ...base, assumeRoles: [role("a", { sessionTags: first.sessionTags, transitiveTagKeys: ["x", "y"] })] },
    ],
    ["another role", { ...base, assumeRoles: [{ ...first, roleArn: role("b").roleArn }] }],
    ["another session name", { ...base, assumeRoles: [{ ...first, sessionName: "s" }] }],
    ["another tag", { ...base, assumeRoles: [{ ...first, sessionTags: { x: "1", y: "3" } }] }],
    ["another transitive tag", { ...base, assumeRoles: [{ ...first, transitiveTagKeys: ["x"] }] }],
    ["another duration", { ...base, assumeRoles: [{ ...first, durationSeconds: 900 }] }],
    ["one role more", { ...base, assumeRoles: [first, role("b")] }],
    ["another Secret", { ...base, auth: { ...accessKey, secretName: "key2" } }],
    ["the Secret made anew", base, { ...context, baseUid: "u2" }],
    ["another key in it", { ...base, auth: { ...accessKey, accessKeyIdKey: "id2" } }],
    ["another base", { ...base, auth: { kind: "operator" } }],
    ["another endpoint", { ...base, endpoints: { sts: "http://sts" } }],
    ["another region", { ...base, region: "eu-central-1" }],
    ["another namespace that is tagged", { ...base, sessionTagsFromNamespace: true }],
  ])("%s: another", (...[, store, given]) => {
    expect(key(store, given)).not.toBe(key(base));
  });

  it("keeps the namespaces apart where they are tagged", () => {
    const tagged = { ...base, sessionTagsFromNamespace: true };
    expect(key(tagged)).not.toBe(key(tagged, { ...context, namespace: "pay" }));
  });
});
