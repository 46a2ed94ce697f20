import type { Failure } from "../../api/conditions.ts";
import type { ValueRef } from "../../api/source.ts";
import type { AccessScope } from "./access-scope.ts";

/**
 * The region to read a ref in: the one that its ARN names, where the store allows it, else the store's own.
 */
export function regionOf(
  ref: ValueRef,
  { store, region }: AccessScope,
): { readonly region: string } | { readonly failure: Failure } {
  const named = regionInArn(idOf(ref));
  if (named === undefined || named === region || store.regions.includes(named)) return { region: named ?? region };
  const message =
    `the ARN names the region ${named}, and ${store.ref.kind} ${store.ref.name} reads in ` +
    `${[region, ...store.regions].join(", ")}; add the region to spec.regions`;
  return { failure: { reason: "NotAllowedByStore", message } };
}

function idOf(ref: ValueRef): string {
  switch (ref.kind) {
    case "parameter":
      return ref.name;
    case "secret":
      return ref.secretId;
    case "tags":
      return ref.of.id;
    default:
      return "";
  }
}

function regionInArn(id: string): string | undefined {
  const region = /^arn:[^:]*:[^:]*:(?<region>[^:]*):/.exec(id)?.groups?.["region"];
  return region === "" ? undefined : region;
}
