import { string } from "../schema/schema.ts";

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";

/** Name of an object: a DNS subdomain. */
export function objectName(description: string) {
  return string(description, { minLength: 1, maxLength: 253, pattern: `^${label}(\\.${label})*$` });
}

/** Name of a namespace: a DNS label. */
export function namespaceName(description: string) {
  return string(description, { minLength: 1, maxLength: 63, pattern: `^${label}$` });
}

/** A key of a Secret or a ConfigMap; "." and a leading ".." are refused by the API server there too. */
export const dataKeyPattern = "^[.]?[-_a-zA-Z0-9][-._a-zA-Z0-9]*$";

export function dataKey(description: string) {
  return string(description, { minLength: 1, maxLength: 253, pattern: dataKeyPattern });
}

/** RFC 3339. */
export function time(description: string) {
  return string(description, { maxLength: 40, format: "date-time" });
}
