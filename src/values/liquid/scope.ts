import type { Content } from "../contract.ts";
import { ForbiddenVariableError } from "./errors.ts";
import { valueOfContent } from "./values.ts";

/**
 * What a template can name: every key as a variable, and all of them in `values`. No prototypes. A forbidden key is not
 * listed, and throws when it is named, also where its name was computed.
 */
export function createScope(
  variables: readonly (readonly [string, Content])[],
  forbidden: readonly string[],
): Record<string, unknown> {
  const values = tableOf(variables, forbidden);
  const scope = tableOf(variables, forbidden);
  Object.defineProperty(scope, "values", { value: values, enumerable: true });
  return scope;
}

function tableOf(
  variables: readonly (readonly [string, Content])[],
  forbidden: readonly string[],
): Record<string, unknown> {
  const table: Record<string, unknown> = Object.create(null);
  for (const [name, content] of variables) {
    Object.defineProperty(table, name, { value: valueOfContent(content), enumerable: true, configurable: true });
  }
  for (const name of forbidden) {
    const get = (): never => {
      throw new ForbiddenVariableError(name);
    };
    Object.defineProperty(table, name, { get, enumerable: false, configurable: true });
  }
  return table;
}
