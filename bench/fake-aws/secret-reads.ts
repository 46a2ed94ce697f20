import { parseArn } from "./arns.ts";
import {
  authorize,
  type Input,
  type Operation,
  type OperationContext,
  optionalText,
  requiredText,
  seconds,
  textList,
} from "./operation.ts";
import { page } from "./paging.ts";
import { filteredSecrets } from "./secret-filters.ts";
import { findSecret, versionWithStage } from "./secrets.ts";
import { contentOf, type Secret, type SecretVersion } from "./state.ts";
import { listTooLong, WireError } from "./wire-error.ts";

const notFound = "Secrets Manager can't find the specified secret.";
const markedForDeletion = "You can't perform this operation on the secret because it was marked for deletion.";

/** `GetSecretValue`. */
export const getSecretValue: Operation = (context, input) => {
  const secret = readableSecret(context, requiredText(input, "SecretId"));
  const version = selectVersion(secret, optionalText(input, "VersionId"), optionalText(input, "VersionStage"));
  return { output: valueEntry(secret, version), items: 1 };
};

/** `BatchGetSecretValue`: AWSCURRENT of at most 20 ids, or of what filters match; failures per item in `Errors`. */
export const batchGetSecretValue: Operation = (context, input) => {
  authorize(context, "secretsmanager:BatchGetSecretValue", "*");
  const ids = textList(input, "SecretIdList");
  if (ids && ids.length > 20) {
    throw listTooLong("secretIdList", ids, 20);
  }
  const listed = ids ? { ids, nextToken: undefined } : idsByFilter(context, input);
  const values: object[] = [];
  const errors: object[] = [];
  for (const id of listed.ids) {
    try {
      const secret = readableSecret(context, id);
      values.push(valueEntry(secret, selectVersion(secret, undefined, undefined)));
    } catch (error) {
      if (!(error instanceof WireError)) {
        throw error;
      }
      errors.push({ SecretId: id, ErrorCode: error.code, Message: error.message });
    }
  }
  return { output: { SecretValues: values, Errors: errors, NextToken: listed.nextToken }, items: values.length };
};

function idsByFilter(context: OperationContext, input: Input) {
  if (input["Filters"] === undefined) {
    throw new WireError(
      "InvalidParameterException",
      "Either 'SecretIdList' or 'Filters' must be provided, but not both.",
    );
  }
  authorize(context, "secretsmanager:ListSecrets", "*");
  const rules = { most: 20, badToken: "InvalidNextTokenException" };
  const result = page(filteredSecrets(context, input), input, rules, {
    lists: context.lists,
    keyOf: (secret) => secret.name,
  });
  return { ids: result.items.map((secret) => secret.arn), nextToken: result.nextToken };
}

/** `DescribeSecret`: also of a secret that is scheduled for deletion. */
export const describeSecret: Operation = (context, input) => {
  const secret = visibleSecret(context, "secretsmanager:DescribeSecret", requiredText(input, "SecretId"));
  return {
    output: {
      ARN: secret.arn,
      CreatedDate: seconds(secret.createdAt),
      DeletedDate: secret.deletedAt === undefined ? undefined : seconds(secret.deletedAt),
      Description: secret.description || undefined,
      KmsKeyId: secret.keyId,
      Name: secret.name,
      RotationEnabled: false,
      Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })),
      VersionIdsToStages: Object.fromEntries(
        [...secret.versions.values()]
          .filter((version) => version.stages.size > 0)
          .map((version) => [version.versionId, [...version.stages]]),
      ),
    },
    items: 1,
  };
};

function visibleSecret(context: OperationContext, action: string, id: string): Secret {
  const secret = findSecret(context.state, context.place, id);
  authorize(context, action, secret?.arn ?? idAsResource(context, id));
  if (!secret || secret.region !== context.place.region) {
    throw new WireError("ResourceNotFoundException", notFound);
  }
  if (secret.account !== context.place.account && !secret.sharedWith.includes(context.place.account)) {
    throw new WireError(
      "AccessDeniedException",
      `User: ${context.identity.arn} is not authorized to perform: ${action} on resource: ${secret.arn} because no resource-based policy allows the ${action} action`,
    );
  }
  return secret;
}

function idAsResource(context: OperationContext, id: string): string {
  return parseArn(id)
    ? id
    : `arn:aws:secretsmanager:${context.place.region}:${context.place.account}:secret:${id}-??????`;
}

function readableSecret(context: OperationContext, id: string): Secret {
  const secret = visibleSecret(context, "secretsmanager:GetSecretValue", id);
  if (secret.deletedAt !== undefined) {
    throw new WireError("InvalidRequestException", markedForDeletion);
  }
  if (secret.keyId !== undefined && context.denial("kms:Decrypt", secret.keyId) !== undefined) {
    throw new WireError("AccessDeniedException", "Access to KMS is not allowed");
  }
  return secret;
}

function selectVersion(secret: Secret, versionId: string | undefined, stage: string | undefined): SecretVersion {
  if (versionId !== undefined) {
    const version = secret.versions.get(versionId);
    if (version && stage !== undefined && !version.stages.has(stage)) {
      throw new WireError(
        "InvalidRequestException",
        "You provided a VersionStage that is not associated to the provided VersionId.",
      );
    }
    return version ?? missingValue(`VersionId: ${versionId}`);
  }
  const label = stage ?? "AWSCURRENT";
  return versionWithStage(secret, label) ?? missingValue(`staging label: ${label}`);
}

function missingValue(what: string): never {
  throw new WireError("ResourceNotFoundException", `Secrets Manager can't find the specified secret value for ${what}`);
}

function valueEntry(secret: Secret, version: SecretVersion) {
  const content = contentOf(version.value, `${secret.name} ${version.versionId}`);
  const isText = typeof content === "string";
  return {
    ARN: secret.arn,
    CreatedDate: seconds(version.createdAt),
    Name: secret.name,
    SecretBinary: isText ? undefined : Buffer.from(content).toString("base64"),
    SecretString: isText ? content : undefined,
    VersionId: version.versionId,
    VersionStages: [...version.stages].sort(),
  };
}
