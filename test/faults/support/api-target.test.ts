import { expect, test } from "@jest/globals";
import type { ApiTarget } from "./api-faults.ts";
import { apiTargetOf, listKey } from "./api-target.ts";

const rows: { request: string; target: Partial<ApiTarget> }[] = [
  { request: "GET /api/v1/secrets", target: { verb: "list", resource: "secrets" } },
  { request: "GET /api/v1/secrets?watch=true", target: { verb: "watch", resource: "secrets" } },
  { request: "GET /api/v1/secrets?watch=1", target: { verb: "watch" } },
  { request: "GET /api/v1/secrets?watch=false", target: { verb: "list" } },
  {
    request: "GET /api/v1/namespaces/shop/secrets/db",
    target: { verb: "get", resource: "secrets", namespace: "shop", name: "db" },
  },
  {
    request: "GET /api/v1/namespaces/shop",
    target: { verb: "get", resource: "namespaces", namespace: undefined, name: "shop" },
  },
  { request: "GET /api/v1/namespaces", target: { verb: "list", resource: "namespaces" } },
  {
    request: "PATCH /apis/externalvalues.dev/v1alpha1/namespaces/shop/externalvalues/x/status?fieldManager=m",
    target: { verb: "patch", resource: "externalvalues/status", namespace: "shop", name: "x" },
  },
  {
    request: "POST /api/v1/namespaces/shop/serviceaccounts/reader/token",
    target: { verb: "create", resource: "serviceaccounts/token", name: "reader" },
  },
  { request: "DELETE /api/v1/namespaces/shop/secrets/db", target: { verb: "delete" } },
  { request: "DELETE /api/v1/namespaces/shop/secrets", target: { verb: "deletecollection" } },
  { request: "GET /version", target: { verb: "other", resource: "/version" } },
];

test.each(rows)("understands $request", ({ request, target }) => {
  const [method = "", path = ""] = request.split(" ");
  expect(apiTargetOf(method, path)).toMatchObject(target);
});

test("two lists are the same question whatever their resourceVersion, not whatever their selector", () => {
  const key = listKey("/api/v1/secrets?labelSelector=a&limit=5&resourceVersion=0", "json");
  expect(listKey("/api/v1/secrets?limit=5&labelSelector=a&resourceVersion=77", "json")).toBe(key);
  expect(listKey("/api/v1/secrets?limit=5&labelSelector=b", "json")).not.toBe(key);
  expect(listKey("/api/v1/secrets?limit=5&labelSelector=a", "metadata")).not.toBe(key);
});
