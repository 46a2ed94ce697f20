import {
  BatchGetSecretValueCommand,
  type BatchGetSecretValueResponse,
  DescribeSecretCommand,
  type DescribeSecretResponse,
  GetSecretValueCommand,
  ListSecretsCommand,
  type SecretsManagerClient,
  type SecretValueEntry,
} from "@aws-sdk/client-secrets-manager";
import type { SecretAnswer, SecretDescription, SecretItemError, ServiceCalls } from "../calls.ts";
import { classifyItem } from "../errors/classify.ts";
import { malformedAnswer, nextTokenOf, tagsOf } from "./answers.ts";
import type { Gate } from "./gate.ts";
import { operations } from "./operations.ts";

type SecretsManagerCalls = Pick<
  ServiceCalls,
  "batchGetSecretValue" | "getSecretValue" | "listSecrets" | "describeSecret"
>;

/** The requests to Secrets Manager. */
export function createSecretsManagerCalls(client: SecretsManagerClient, gate: Gate): SecretsManagerCalls {
  return {
    batchGetSecretValue: (secretIds, options) =>
      gate.run(operations.batchGetSecretValue, { ...options, items: secretIds.length }, async () => {
        const answer = await client.send(new BatchGetSecretValueCommand({ SecretIdList: [...secretIds] }));
        return toBatch(answer);
      }),

    getSecretValue: ({ secretId, versionId, versionStage }, options) =>
      gate.run(operations.getSecretValue, options, async () => {
        const answer = await client.send(
          new GetSecretValueCommand({ SecretId: secretId, VersionId: versionId, VersionStage: versionStage }),
        );
        const secret = toSecret(answer, operations.getSecretValue.name);
        if (secret === undefined) throw classifyItem(withoutValue, operations.getSecretValue.name);
        return secret;
      }),

    listSecrets: ({ filters, nextToken }, options) =>
      gate.run(operations.listSecrets, options, async () => {
        const answer = await client.send(
          new ListSecretsCommand({
            Filters: filters.map(({ key, values }) => ({ Key: key, Values: [...values] })),
            IncludePlannedDeletion: false,
            MaxResults: 100,
            NextToken: nextToken,
          }),
        );
        const items = (answer.SecretList ?? []).map(({ ARN, Name, Tags }) => {
          if (ARN === undefined || Name === undefined) throw malformedAnswer("ListSecrets", "a secret's ARN or Name");
          return { arn: ARN, name: Name, tags: tagsOf(Tags) };
        });
        return { items, ...nextTokenOf(answer.NextToken) };
      }),

    describeSecret: (secretId, options) =>
      gate.run(operations.describeSecret, options, async () =>
        toDescription(await client.send(new DescribeSecretCommand({ SecretId: secretId }))),
      ),
  };
}

function toBatch({ SecretValues = [], Errors = [] }: BatchGetSecretValueResponse): {
  readonly found: readonly SecretAnswer[];
  readonly errors: readonly SecretItemError[];
} {
  const found: SecretAnswer[] = [];
  const errors: SecretItemError[] = Errors.map(({ SecretId, ErrorCode, Message }) => ({
    ...(SecretId === undefined ? {} : { secretId: SecretId }),
    code: ErrorCode ?? "Unknown",
    message: Message ?? "",
  }));
  for (const entry of SecretValues) {
    const secret = toSecret(entry, operations.batchGetSecretValue.name);
    if (secret !== undefined) found.push(secret);
    else errors.push({ secretId: entry.ARN ?? entry.Name ?? "", ...withoutValue });
  }
  return { found, errors };
}

/** What Secrets Manager says of a secret that has no value yet; an emulator answers with an entry that lacks it. */
const withoutValue = {
  code: "ResourceNotFoundException",
  message: "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
};

/** Undefined: the secret has no value. */
function toSecret(entry: SecretValueEntry, operation: string): SecretAnswer | undefined {
  const { ARN, Name, VersionId, VersionStages = [], SecretString, SecretBinary } = entry;
  if (ARN === undefined || Name === undefined) throw malformedAnswer(operation, "a secret's ARN or Name");
  const content = SecretString ?? SecretBinary;
  if (content === undefined) return undefined;
  if (VersionId === undefined) throw malformedAnswer(operation, "a secret's VersionId");
  return { arn: ARN, name: Name, versionId: VersionId, versionStages: VersionStages, content };
}

function toDescription(answer: DescribeSecretResponse): SecretDescription {
  const { ARN, Name, Tags, DeletedDate, VersionIdsToStages } = answer;
  if (ARN === undefined || Name === undefined) throw malformedAnswer("DescribeSecret", "the secret's ARN or Name");
  return {
    arn: ARN,
    name: Name,
    tags: tagsOf(Tags),
    ...(DeletedDate === undefined ? {} : { deletedDate: DeletedDate.getTime() }),
    versionIdsToStages: VersionIdsToStages ?? {},
  };
}
