import type { Limits } from "../../api/store-model.ts";
import type { QuotaClass } from "../limits/quota-class.ts";
import type { Route } from "../refs/route.ts";

/** The quota that a route's calls count against; of finds the one that most of their calls do. */
export const quotaClasses: Readonly<Record<Route, keyof Limits>> = {
  parameters: "parameterReads",
  secrets: "secretBatches",
  secretVersions: "secretReads",
  tags: "parameterDescribes",
  finds: "parameterReads",
} satisfies Record<Route, QuotaClass>;

/** Requests a second. */
export function quotaOfRoute(route: Route, limits: Limits): number {
  return limits[quotaClasses[route]];
}
