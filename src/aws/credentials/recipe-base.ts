import type { StoreModel } from "../../api/store-model.ts";
import type { RecipeBase, RecipeContext } from "../recipe.ts";
import { sessionNameFor } from "./session-name.ts";

/** The base credential of a store, or what is wrong with it. */
export function baseOf(store: StoreModel, context: RecipeContext): RecipeBase | string {
  switch (store.auth.kind) {
    case "operator":
      return operatorBase(store, context);
    case "serviceAccount":
      return serviceAccountBase(store.auth, store, context);
    case "accessKey": {
      const { namespace, secretName, accessKeyIdKey, secretAccessKeyKey, sessionTokenKey } = store.auth;
      const keys = {
        accessKeyIdKey,
        secretAccessKeyKey,
        ...(sessionTokenKey === undefined ? {} : { sessionTokenKey }),
      };
      return { kind: "accessKey", namespace, secretName, ...keys, ...uidOf(context) };
    }
  }
}

function operatorBase(store: StoreModel, context: RecipeContext): RecipeBase | string {
  if (store.namespace === undefined || context.allowOperatorIdentityInNamespaces) return { kind: "operator" };
  return (
    "spec.auth must be set: a ValueStore may not use the operator's own identity " +
    "(unless the operator is started with --allow-operator-identity-in-namespaces)"
  );
}

function serviceAccountBase(
  auth: StoreModel["auth"] & { readonly kind: "serviceAccount" },
  store: StoreModel,
  context: RecipeContext,
): RecipeBase | string {
  const { namespace, name } = auth;
  const annotation = store.namespace === undefined ? undefined : context.roleArnAnnotation;
  const roleArn = auth.roleArn ?? annotation;
  if (roleArn === undefined) {
    return store.namespace === undefined
      ? "spec.auth.serviceAccount.roleArn must be set in a ClusterValueStore"
      : "spec.auth.serviceAccount.roleArn must be set, or the ServiceAccount " +
          `${namespace}/${name} must carry the annotation eks.amazonaws.com/role-arn`;
  }
  const sessionName = sessionNameFor(`${namespace}.${name}`);
  return { kind: "serviceAccount", namespace, name, roleArn, sessionName, ...uidOf(context) };
}

function uidOf({ baseUid }: RecipeContext): { readonly uid?: string } {
  return baseUid === undefined ? {} : { uid: baseUid };
}
