import { map, string } from "../schema/schema.ts";

/** What AWS allows in ids is wider than its documents say (`rds!db-…`): printable ASCII. */
const printable = "^[!-~]+$";

export function region(description: string) {
  return string(description, { minLength: 5, maxLength: 32, pattern: "^[a-z]{2,8}(-[a-z]{2,16}){1,3}-[0-9]{1,2}$" });
}

export function roleArn(description: string) {
  return string(description, {
    minLength: 20,
    maxLength: 2048,
    pattern: "^arn:aws[-a-z]*:iam::[0-9]{12}:role/[!-~]+$",
  });
}

/** Name, ARN or partial ARN of a secret (GetSecretValue: 1 to 2048 characters). */
export function secretId(description: string) {
  return string(description, { minLength: 1, maxLength: 2048, pattern: printable });
}

/** Name or ARN of a parameter. A selector behind a colon has a field of its own. */
export function parameterName(description: string) {
  return string(description, { minLength: 1, maxLength: 2048, pattern: "^(arn:[!-~]+|[!-9;-~]+)$" });
}

/** ClientRequestToken of the version. */
export function versionId(description: string) {
  return string(description, { minLength: 32, maxLength: 64, pattern: printable });
}

export function versionStage(description: string) {
  return string(description, { minLength: 1, maxLength: 256 });
}

/** Of a parameter's version; of a secret read as a parameter also its stage or VersionId. */
export function parameterLabel(description: string) {
  return string(description, { minLength: 1, maxLength: 100, pattern: "^[-._a-zA-Z0-9]+$" });
}

/** Tags that must all be there with these values. Both services take at most ten filters a call. */
export function tagFilter(description: string) {
  return map(description, string("Value of the tag.", { maxLength: 256 }), {
    minProperties: 1,
    maxProperties: 10,
  });
}
