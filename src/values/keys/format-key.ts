import type { DataFromItem, KeyRules } from "../../api/model.ts";

/**
 * The key that a name gives, before include, exclude and rewriting.
 *
 * - Relative: below the path, or below the last "/" of the name prefix, with "/" as "_". `/shop/prod/db/host` under
 *   `/shop/prod` is `db_host`.
 * - Env: Relative in upper snake case, a C identifier as envFrom wants it: `dbHost`, `db-host` and `db/host` are `DB_HOST`.
 * - Full: the whole name with "/" as "_", without the leading one: `shop_prod_db_host`.
 * - Base: what follows the last "/": `host`.
 *
 * A member of a JSON object is its own path: Relative and Full are the same for it.
 */
export function formatKey(name: string, item: Pick<DataFromItem, "ref">, format: KeyRules["format"]): string {
  switch (format) {
    case "Relative":
      return underscore(relativeTo(name, item));
    case "Env":
      return envName(relativeTo(name, item));
    case "Full":
      return underscore(withoutLeadingSlash(name));
    case "Base":
      return name.slice(name.lastIndexOf("/") + 1);
  }
}

function relativeTo(name: string, { ref }: Pick<DataFromItem, "ref">): string {
  if (ref.kind === "parametersByPath") return below(name, ref.path.endsWith("/") ? ref.path : `${ref.path}/`);
  if (ref.kind === "secretsByFilter") return below(name, upToLastSlash(ref.namePrefix ?? ""));
  return withoutLeadingSlash(name);
}

function below(name: string, folder: string): string {
  return withoutLeadingSlash(name.startsWith(folder) ? name.slice(folder.length) : name);
}

const upToLastSlash = (prefix: string): string => prefix.slice(0, prefix.lastIndexOf("/") + 1);
const withoutLeadingSlash = (name: string): string => (name.startsWith("/") ? name.slice(1) : name);
const underscore = (name: string): string => name.replaceAll("/", "_");

function envName(name: string): string {
  const words = name
    .replaceAll(/([a-z0-9])([A-Z])/g, "$1_$2")
    .replaceAll(/([A-Z])([A-Z][a-z])/g, "$1_$2")
    .replaceAll(/[^A-Za-z0-9_]/g, "_")
    .toUpperCase();
  return /^\d/.test(words) ? `_${words}` : words;
}
