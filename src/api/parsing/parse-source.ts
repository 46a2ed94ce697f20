import { isArn, parseParameterArn, parseSecretArn } from "../arn.ts";
import type { DataFromItemFields, DataItemFields } from "../fields/data-fields.ts";
import type { oneParameter, oneSecret } from "../fields/source-fields.ts";
import type { Finding } from "../schema/check-value.ts";
import type { Infer } from "../schema/schema.ts";
import type { FindRef, ParameterRef, ParameterSelector, SecretRef } from "../source.ts";

/** What an item asks for, and the JSON key that its ARN names. */
export interface Source<Ref> {
  readonly ref: Ref;
  readonly jsonKey?: string;
}

/** Collects what is wrong while parsing goes on. */
export type Report = (finding: Finding) => void;

type OneSecret = Infer<typeof oneSecret>;
type OneParameter = Infer<typeof oneParameter>;

/** The ref of a `data` item; undefined after a report. The schema has seen to it that exactly one source is set. */
export function parseSource(
  { secretsManager, parameterStore, arn = "" }: DataItemFields,
  field: string,
  report: Report,
): Source<ParameterRef | SecretRef> | undefined {
  if (secretsManager) return toSource(parseSecret(secretsManager, `${field}.secretsManager`, report));
  if (parameterStore) return toSource(parseParameter(parameterStore, `${field}.parameterStore`, report));
  return parseValueArn(arn, `${field}.arn`, report);
}

/** The same for a `dataFrom` item, which may be a find. */
export function parseSourceFrom(
  { secretsManager, parameterStore, arn = "" }: DataFromItemFields,
  field: string,
  report: Report,
): Source<ParameterRef | SecretRef | FindRef> | undefined {
  if (secretsManager) return toSource(parseSecrets(secretsManager, `${field}.secretsManager`, report));
  if (parameterStore) return toSource(parseParameters(parameterStore, `${field}.parameterStore`, report));
  return parseValueArn(arn, `${field}.arn`, report);
}

function toSource<Ref>(ref: Ref | undefined): Source<Ref> | undefined {
  return ref && { ref };
}

function parseSecrets(
  { secretId, namePrefix, tags, ...selectors }: NonNullable<DataFromItemFields["secretsManager"]>,
  field: string,
  report: Report,
): SecretRef | FindRef | undefined {
  if (secretId !== undefined) return parseSecret({ secretId, ...selectors }, field, report);
  return {
    kind: "secretsByFilter",
    ...(namePrefix === undefined ? {} : { namePrefix }),
    ...(tags === undefined ? {} : { tags }),
  };
}

function parseParameters(
  { name, path, recursive = false, tags = {}, ...selectors }: NonNullable<DataFromItemFields["parameterStore"]>,
  field: string,
  report: Report,
): ParameterRef | FindRef | undefined {
  if (name !== undefined) return parseParameter({ name, ...selectors }, field, report);
  if (path !== undefined) return { kind: "parametersByPath", path: withoutEndingSlash(path), recursive };
  return { kind: "parametersByTags", tags };
}

/** So that two spellings of a path are one question. */
function withoutEndingSlash(path: string): string {
  return path.replace(/(?<=.)\/+$/u, "");
}

function parseSecret({ secretId, versionId, versionStage }: OneSecret, field: string, report: Report) {
  if (isArn(secretId) && parseSecretArn(secretId)?.arn !== secretId) {
    report({ field: `${field}.secretId`, message: "must be a name, or the ARN of a secret with nothing behind it" });
    return undefined;
  }
  return secretRef(secretId, { versionId, versionStage });
}

interface SecretVersion {
  readonly versionId?: string | undefined;
  readonly versionStage?: string | undefined;
}

function secretRef(secretId: string, { versionId, versionStage }: SecretVersion): SecretRef {
  return {
    kind: "secret",
    secretId,
    ...(versionId === undefined ? {} : { versionId }),
    ...(versionStage === undefined ? {} : { versionStage }),
  };
}

function parseParameter({ name, version, label }: OneParameter, field: string, report: Report) {
  if (isArn(name) && parseParameterArn(name)?.arn !== name) {
    report({ field: `${field}.name`, message: "must be a name, or the ARN of a parameter with nothing behind it" });
    return undefined;
  }
  if (version !== undefined) return parameterRef(name, { version });
  return parameterRef(name, label === undefined ? undefined : { label });
}

function parameterRef(name: string, selector: ParameterSelector | undefined): ParameterRef {
  return { kind: "parameter", name, ...(selector === undefined ? {} : { selector }) };
}

function parseValueArn(text: string, field: string, report: Report): Source<ParameterRef | SecretRef> | undefined {
  const parameter = parseParameterArn(text);
  if (parameter) return { ref: parameterRef(parameter.arn, parameter.selector) };
  const secret = parseSecretArn(text);
  if (!secret) {
    report({
      field,
      message:
        "must be the ARN of a parameter, with :version or :label behind it at most, or of a secret, with :json-key:version-stage:version-id behind it at most",
    });
    return undefined;
  }
  if (secret.versionId !== undefined && secret.versionStage !== undefined) {
    report({ field, message: "must have at most one of version-stage and version-id behind it" });
    return undefined;
  }
  const ref = secretRef(secret.arn, secret);
  return secret.jsonKey === undefined ? { ref } : { ref, jsonKey: literalKey(secret.jsonKey) };
}

/** ECS means the key literally; here a leading "/" would make it a JSON Pointer. */
function literalKey(key: string): string {
  return key.startsWith("/") ? `/${key.replaceAll("~", "~0").replaceAll("/", "~1")}` : key;
}
