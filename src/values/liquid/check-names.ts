import { analyzeSync, type Template, type Variable } from "liquidjs";
import type { Failure } from "../../api/conditions.ts";
import type { Result } from "../contract.ts";
import { listNames, quoteName } from "../name-list.ts";
import { failAt, succeed } from "../result.ts";

/**
 * Checks every name in a template before it is rendered, branches that are not taken included: an unknown one is
 * TemplateFailed, one that may not be seen here SpecInvalid.
 */
export function checkNames(
  template: Template[],
  known: ReadonlySet<string>,
  forbidden: ReadonlySet<string>,
): Result<undefined> {
  for (const variable of Object.values(analyzeSync(template, { partials: false }).globals).flat()) {
    const fault = faultOf(variable, known, forbidden);
    if (fault) return failAt(`line ${variable.location.row}`, fault);
  }
  return succeed(undefined);
}

function faultOf(
  { segments }: Variable,
  known: ReadonlySet<string>,
  forbidden: ReadonlySet<string>,
): Failure | undefined {
  const [root, next] = segments;
  // A computed name, `[KEY]` or `values[KEY]`, is checked when it is looked up.
  if (typeof root !== "string") return undefined;
  const name = root === "values" && typeof next === "string" ? next : root;
  if (forbidden.has(name)) return { reason: "SpecInvalid", message: forbiddenName(name) };
  if (root === "values" || known.has(root)) return undefined;
  return { reason: "TemplateFailed", message: unknownName(segments.join("."), root, known) };
}

/** What is said of a key that a ConfigMap's template, a label or an annotation names and may not. */
export function forbiddenName(name: string): string {
  return `key ${quoteName(name)} is sensitive and may not be used here; use a Secret's template, or declare it harmless with sensitive: false`;
}

function unknownName(path: string, root: string, known: ReadonlySet<string>): string {
  if (known.has(path)) return `there is no key ${quoteName(root)}; write values[${quoteName(path)}]`;
  const has = known.size === 0 ? "there are no keys" : `there are ${listNames(known)}`;
  return `there is no key ${quoteName(root)}; ${has}; where it may be absent, write values[${quoteName(root)}] | default: …`;
}
