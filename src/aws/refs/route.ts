import type { ValueRef } from "../../api/source.ts";
import { isCurrentSecret } from "./ref-key.ts";

/** How a ref is read: what one route reads can share a call, and nothing else can. */
export type Route = "parameters" | "secrets" | "secretVersions" | "tags" | "finds";

export const routes: readonly Route[] = ["parameters", "secrets", "secretVersions", "tags", "finds"];

/** Refs a call: the services' own maxima (aws.md, "Parameter Store pages", "Secrets Manager batch"). */
export const batchSizes: Readonly<Record<Route, number>> = {
  parameters: 10,
  secrets: 20,
  secretVersions: 1,
  tags: 1,
  finds: 1,
};

export function routeOf(ref: ValueRef): Route {
  switch (ref.kind) {
    case "parameter":
      return "parameters";
    case "secret":
      return isCurrentSecret(ref) ? "secrets" : "secretVersions";
    case "tags":
      return "tags";
    default:
      return "finds";
  }
}

/** A version number and a VersionId never change what they name: read once, and then only to notice a deletion. */
export function isPinned(ref: ValueRef): boolean {
  if (ref.kind === "parameter") {
    return ref.selector !== undefined && "version" in ref.selector;
  }
  return ref.kind === "secret" && ref.versionId !== undefined;
}
