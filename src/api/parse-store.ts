import { type ParseResult, refuse } from "./parsing/parse-result.ts";
import { findUnsupported } from "./parsing/unsupported.ts";
import type { ResourceMetadata } from "./resource-object.ts";
import { checkValue, type Finding } from "./schema/check-value.ts";
import type { AccessRule, AssumeRole, StoreAuth, StoreModel } from "./store-model.ts";
import {
  type ClusterValueStoreSpec,
  clusterValueStoreSpec,
  type ValueStoreSpec,
  valueStoreSpec,
} from "./value-store.ts";

/**
 * Parses a ValueStore or a ClusterValueStore from the API server or from a file; without `kind`, which lists leave out,
 * the namespace tells. Either a model with all defaults, or SpecInvalid with every finding. Whether a ValueStore may use
 * the operator's own identity is the operator's to say, and is not checked here.
 */
export function parseStore(object: {
  readonly kind?: string;
  readonly metadata: ResourceMetadata;
  readonly spec?: unknown;
}): ParseResult<StoreModel> {
  const { metadata } = object;
  const kind = object.kind ?? (metadata.namespace === undefined ? "ClusterValueStore" : "ValueStore");
  return kind === "ValueStore" ? parseValueStore(metadata, object.spec) : parseClusterValueStore(metadata, object.spec);
}

function parseClusterValueStore(metadata: ResourceMetadata, spec: unknown): ParseResult<StoreModel> {
  const findings = [
    ...checkValue(clusterValueStoreSpec, spec, "spec"),
    ...findUnsupported("ClusterValueStore", { spec }),
  ];
  if (findings.length > 0) return refuse(findings);
  // checkValue has just seen that it is one.
  const fields = spec as ClusterValueStoreSpec;
  const { uid = "", generation = 0, name } = metadata;
  return {
    ok: true,
    value: {
      ref: { kind: "ClusterValueStore", name },
      uid,
      generation,
      auth: toAuth(fields.auth, ""),
      ...toFields(fields),
    },
  };
}

function parseValueStore(metadata: ResourceMetadata, spec: unknown): ParseResult<StoreModel> {
  const { uid = "", generation = 0, name, namespace = "default" } = metadata;
  const findings = [...checkValue(valueStoreSpec, spec, "spec"), ...findUnsupported("ValueStore", { spec })];
  if (findings.length > 0) return refuse(findings);
  // checkValue has just seen that it is one.
  const fields = spec as ValueStoreSpec;
  const elsewhere = findElsewhere(fields, namespace);
  if (elsewhere.length > 0) return refuse(elsewhere);
  return {
    ok: true,
    value: {
      ref: { kind: "ValueStore", name },
      namespace,
      uid,
      generation,
      auth: toAuth(fields.auth, namespace),
      ...toFields(fields),
    },
  };
}

/** A ValueStore uses what lies in its own namespace, and nothing else (api.md, "Access"). */
function findElsewhere({ auth }: ValueStoreSpec, own: string): readonly Finding[] {
  const places = [
    { field: "spec.auth.serviceAccount.namespace", namespace: auth?.serviceAccount?.namespace },
    { field: "spec.auth.accessKey.secretRef.namespace", namespace: auth?.accessKey?.secretRef.namespace },
  ];
  return places
    .filter(({ namespace }) => namespace !== undefined && namespace !== own)
    .map(({ field }) => ({ field, message: "must be the store's own namespace, or be left out" }));
}

/** `ownNamespace` serves where none is given, which the schema of a ClusterValueStore does not allow. */
function toAuth(auth: ValueStoreSpec["auth"], ownNamespace: string): StoreAuth {
  if (auth?.serviceAccount) return { kind: "serviceAccount", namespace: ownNamespace, ...auth.serviceAccount };
  if (!auth?.accessKey) return { kind: "operator" };
  const { secretRef, ...keys } = auth.accessKey;
  return { kind: "accessKey", namespace: secretRef.namespace ?? ownNamespace, secretName: secretRef.name, ...keys };
}

type Fields = Omit<ClusterValueStoreSpec, "auth">;

function toFields(spec: Fields): Omit<StoreModel, "ref" | "namespace" | "uid" | "generation" | "auth"> {
  return {
    controllerClass: spec.controllerClass ?? "",
    ...(spec.region === undefined ? {} : { region: spec.region }),
    regions: spec.regions ?? [],
    failoverRegions: spec.failoverRegions ?? [],
    assumeRoles: (spec.assumeRoles ?? []).map(toAssumeRole),
    sessionTagsFromNamespace: spec.sessionTagsFromNamespace ?? false,
    allowDeclassification: spec.allowDeclassification ?? true,
    endpoints: spec.endpoints ?? {},
    access: (spec.access ?? []).map(toAccessRule),
    limits: { ...spec.limits },
    ...(spec.changeEvents === undefined ? {} : { changeEvents: spec.changeEvents }),
  };
}

function toAssumeRole(role: NonNullable<Fields["assumeRoles"]>[number]): AssumeRole {
  return { ...role, sessionTags: role.sessionTags ?? {}, transitiveTagKeys: role.transitiveTagKeys ?? [] };
}

function toAccessRule({ namespaces, ...patterns }: NonNullable<Fields["access"]>[number]): AccessRule {
  return { namespaces: { ...namespaces, names: namespaces?.names ?? [] }, patterns };
}
