import type { DataFromItem, DataItem, Route } from "../api/model.ts";
import { isSensitiveType, type SourceValue } from "../api/source.ts";
import type { Result } from "./contract.ts";
import { fail, succeed } from "./result.ts";

/** Where a key goes, and whether it must stay out of ConfigMaps, labels and annotations. */
export interface Routing {
  readonly to: Route;
  readonly sensitive: boolean;
}

/**
 * Routes one value. A SecureString or a Secrets Manager value is sensitive unless the author says `sensitive: false`,
 * which a store may forbid (NotAllowedByStore). ByType goes by the type of the value alone: a SecureString stays in the
 * Secret even where it is declared harmless, and `sensitive: true` keeps a String in the Secret. A tag is never
 * sensitive by type. What is sensitive never goes into a ConfigMap (SpecInvalid).
 */
export function routeValue(
  item: Pick<DataItem | DataFromItem, "to" | "sensitive">,
  value: Pick<SourceValue, "type" | "service">,
  options: { readonly allowDeclassification: boolean; readonly isTag?: boolean },
): Result<Routing> {
  const byType = !options.isTag && isSensitiveType(value.type);
  if (byType && item.sensitive === false && !options.allowDeclassification) {
    return fail(
      "NotAllowedByStore",
      `the store has allowDeclassification: false, which forbids sensitive: false on ${nameType(value)}`,
    );
  }
  const sensitive = item.sensitive ?? byType;
  const to = item.to === "ByType" ? (byType || sensitive ? "Secret" : "ConfigMap") : item.to;
  if (to === "ConfigMap" && sensitive) return fail("SpecInvalid", refusal(item, value));
  return succeed({ to, sensitive });
}

function refusal(item: Pick<DataItem, "sensitive">, value: Pick<SourceValue, "type" | "service">): string {
  if (item.sensitive === true) return "sensitive: true may not go into a ConfigMap; use to: Secret";
  return `${nameType(value)} may not go into a ConfigMap; use to: Secret, or declare it harmless with sensitive: false`;
}

function nameType({ type }: Pick<SourceValue, "type" | "service">): string {
  return type === "Secret" ? "a Secrets Manager value" : `a ${type}`;
}
