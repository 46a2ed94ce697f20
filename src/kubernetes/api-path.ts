import type { ListQuery, WatchQuery } from "./client.ts";
import type { ObjectRef, ResourceType } from "./objects.ts";

type Parameters = Readonly<Record<string, string | number | boolean | undefined>>;

/** `/api/v1/namespaces/shop/secrets`: a kind, in a namespace or (undefined) in all of them. */
export function collectionPath(type: ResourceType, namespace: string | undefined): string {
  const root = type.group === "" ? `/api/${type.version}` : `/apis/${type.group}/${type.version}`;
  const inNamespace = type.namespaced && namespace !== undefined;
  return `${root}${inNamespace ? `/namespaces/${encodeURIComponent(namespace)}` : ""}/${type.plural}`;
}

/** One object, and optionally a subresource of it. */
export function objectPath(type: ResourceType, ref: ObjectRef, subresource?: string): string {
  if (type.namespaced && !ref.namespace) throw new Error(`${type.kind} ${ref.name} needs a namespace`);
  if (ref.name === "") throw new Error(`${type.kind} needs a name`);
  const path = `${collectionPath(type, ref.namespace)}/${encodeURIComponent(ref.name)}`;
  return subresource === undefined ? path : `${path}/${subresource}`;
}

export function withQuery(path: string, parameters: Parameters): string {
  const given = Object.entries(parameters).filter(([, value]) => value !== undefined && value !== "");
  if (given.length === 0) return path;
  return `${path}?${given.map(([name, value]) => `${name}=${encodeURIComponent(String(value))}`).join("&")}`;
}

export function listPath(type: ResourceType, query: ListQuery): string {
  return withQuery(collectionPath(type, query.namespace), {
    labelSelector: query.labelSelector,
    fieldSelector: query.fieldSelector,
    limit: query.limit,
    continue: query.continueToken,
    resourceVersion: query.resourceVersion,
  });
}

export function watchPath(type: ResourceType, query: WatchQuery): string {
  return withQuery(collectionPath(type, query.namespace), {
    watch: true,
    allowWatchBookmarks: true,
    labelSelector: query.labelSelector,
    fieldSelector: query.fieldSelector,
    resourceVersion: query.resourceVersion,
    timeoutSeconds: query.timeoutSeconds,
  });
}
