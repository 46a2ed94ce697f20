import type { ApiTarget, ApiVerb } from "./api-faults.ts";

/** `/api/v1/namespaces/shop/secrets/db?…`: group, version, namespace, resource, name and subresource. */
const pathPattern =
  /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<resource>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/;

export function apiTargetOf(method: string, url: string): ApiTarget {
  const { pathname, searchParams } = new URL(url, "http://api");
  const parts = pathPattern.exec(pathname)?.groups;
  if (!parts) {
    return { verb: "other", resource: pathname, namespace: undefined, name: undefined };
  }
  const { namespace, resource = "", name, subresource } = parts;
  const isWatch = ["true", "1"].includes(searchParams.get("watch") ?? "");
  return {
    verb: isWatch ? "watch" : verbOf(method, name !== undefined),
    resource: subresource ? `${resource}/${subresource}` : resource,
    namespace,
    name: name && decodeURIComponent(name),
  };
}

function verbOf(method: string, named: boolean): ApiVerb {
  switch (method) {
    case "GET":
      return named ? "get" : "list";
    case "POST":
      return "create";
    case "PUT":
      return "update";
    case "PATCH":
      return "patch";
    case "DELETE":
      return named ? "delete" : "deletecollection";
    default:
      return "other";
  }
}

/** What two lists must share to be snapshots of one another: the same question, whatever the resourceVersion. */
export function listKey(url: string, accept: string): string {
  const { pathname, searchParams } = new URL(url, "http://api");
  searchParams.delete("resourceVersion");
  searchParams.delete("resourceVersionMatch");
  searchParams.sort();
  return `${pathname}?${searchParams} ${accept}`;
}
