import type { Failure } from "../../api/conditions.ts";
import type { ValueRef } from "../../api/source.ts";
import type { AwsError, AwsErrorKind } from "../../aws/errors.ts";

const reasonOf: Readonly<Record<AwsErrorKind, Failure["reason"]>> = {
  throttled: "Throttled",
  unavailable: "AwsUnavailable",
  credentials: "CredentialsFailed",
  expired: "CredentialsFailed",
  denied: "AccessDenied",
  notFound: "ValueNotFound",
  invalid: "ValueInvalid",
};

/** A failed read, in words for a user: what failed, AWS's own words, what to do. AWS's messages hold no values. */
export function describeReadError(
  ref: ValueRef,
  error: AwsError,
  context: { readonly subject: string; readonly region: string },
): Failure {
  const what = `${describeRef(ref)} in ${context.region}`;
  return { reason: reasonOf[error.kind], message: `${context.subject}: ${sentence(what, ref, error)}` };
}

function sentence(what: string, ref: ValueRef, error: AwsError): string {
  switch (error.kind) {
    case "notFound":
      return error.gone ? `${what} does not exist; create it or correct the name` : `${what}: ${error.message}`;
    case "denied":
      return `not allowed to read ${what}; ${advice(ref)} (${error.message})`;
    case "credentials":
    case "expired":
      return `no valid credentials to read ${what}: ${error.messageForReaders}`;
    case "throttled":
      return `AWS throttles reading ${what}; it is tried again`;
    case "unavailable":
      return `AWS does not answer for ${what} (${error.code}); it is tried again`;
    case "invalid":
      return `AWS refuses the request for ${what}: ${error.message}`;
  }
}

/** The thing in words: `parameter /shop/x`, `secret prod/db (stage AWSPREVIOUS)`. */
export function describeRef(ref: ValueRef): string {
  switch (ref.kind) {
    case "parameter":
      return `parameter ${ref.name}${selectorSuffix(ref.selector)}`;
    case "secret":
      return `secret ${ref.secretId}${secretSuffix(ref)}`;
    case "tags":
      return `the tags of ${ref.of.id}`;
    case "parametersByPath":
      return `the parameters under ${ref.path}`;
    case "parametersByTags":
      return `the parameters tagged ${tagList(ref.tags)}`;
    case "secretsByFilter":
      return `the secrets ${[ref.namePrefix && `named ${ref.namePrefix}*`, ref.tags && `tagged ${tagList(ref.tags)}`].filter(Boolean).join(" and ")}`;
  }
}

function selectorSuffix(selector: { readonly version: number } | { readonly label: string } | undefined): string {
  if (!selector) return "";
  return "version" in selector ? ` (version ${selector.version})` : ` (label ${selector.label})`;
}

function secretSuffix(ref: { readonly versionId?: string; readonly versionStage?: string }): string {
  if (ref.versionId !== undefined) return ` (version ${ref.versionId})`;
  return ref.versionStage === undefined ? "" : ` (stage ${ref.versionStage})`;
}

const tagList = (tags: Readonly<Record<string, string>>): string =>
  Object.entries(tags)
    .map(([name, value]) => `${name}=${value}`)
    .join(", ");

/** The permissions that such a read needs (AWS service authorization reference; aws.md). */
function advice(ref: ValueRef): string {
  const actions: Readonly<Record<ValueRef["kind"], string>> = {
    parameter: "ssm:GetParameters, and kms:Decrypt for a SecureString under a customer key",
    secret: "secretsmanager:GetSecretValue, and kms:Decrypt for a customer key",
    tags: "ssm:ListTagsForResource or secretsmanager:DescribeSecret",
    parametersByPath: "ssm:GetParametersByPath on the path",
    parametersByTags: "ssm:DescribeParameters and ssm:GetParameters",
    secretsByFilter: "secretsmanager:ListSecrets and secretsmanager:GetSecretValue",
  };
  return `allow ${actions[ref.kind]}`;
}
