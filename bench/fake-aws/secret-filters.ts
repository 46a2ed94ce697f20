import {
  authorize,
  type Input,
  type Operation,
  type OperationContext,
  recordList,
  requiredText,
  seconds,
  textList,
} from "./operation.ts";
import { page } from "./paging.ts";
import type { Secret } from "./state.ts";
import { WireError } from "./wire-error.ts";

/** `ListSecrets`: at most 100 a page, in order of names. */
export const listSecrets: Operation = (context, input) => {
  authorize(context, "secretsmanager:ListSecrets", "*");
  const rules = { most: 100, badToken: "InvalidNextTokenException" };
  const result = page(filteredSecrets(context, input), input, rules, {
    lists: context.lists,
    keyOf: (secret) => secret.name,
  });
  const SecretList = result.items.map((secret) => ({
    ARN: secret.arn,
    CreatedDate: seconds(secret.createdAt),
    DeletedDate: secret.deletedAt === undefined ? undefined : seconds(secret.deletedAt),
    Description: secret.description || undefined,
    KmsKeyId: secret.keyId,
    Name: secret.name,
    SecretVersionsToStages: Object.fromEntries(
      [...secret.versions.values()].map((version) => [version.versionId, [...version.stages]]),
    ),
    Tags: Object.entries(secret.tags).map(([Key, Value]) => ({ Key, Value })),
  }));
  return { output: { SecretList, NextToken: result.nextToken }, items: SecretList.length };
};

/** Secrets of the caller's account and region that pass every filter, in order of names, as a lagging list shows them. */
export function filteredSecrets(context: OperationContext, input: Input): readonly Secret[] {
  const filters = recordList(input, "Filters").map(parseFilter);
  const seenAt = context.state.now() - context.lists.lagMs;
  const { account, region } = context.place;
  const withDeleted = input["IncludePlannedDeletion"] === true;
  return [...context.state.secrets.values()]
    .filter(
      (secret) =>
        secret.account === account &&
        secret.region === region &&
        secret.createdAt <= seenAt &&
        (withDeleted || secret.deletedAt === undefined || secret.deletedAt > seenAt) &&
        filters.every((matches) => matches(secret)),
    )
    .sort((left, right) => (left.name < right.name ? -1 : 1));
}

type Matcher = (secret: Secret) => boolean;

/** One filter (API reference, Filter): prefixes, case-sensitive but for descriptions; a leading "!" negates a value. */
function parseFilter(filter: Input): Matcher {
  const key = requiredText(filter, "Key");
  const words = filterWords[key];
  if (!words) {
    throw new WireError(
      "ValidationException",
      `1 validation error detected: Value '${key}' at 'filters.1.member.key' failed to satisfy constraint: Member must satisfy enum value set: [description, name, tag-key, tag-value, primary-region, owning-service, all]`,
    );
  }
  const values = textList(filter, "Values") ?? [];
  return (secret) => values.some((value) => matchesValue(words(secret), value));
}

function matchesValue(words: readonly string[], value: string): boolean {
  return value.startsWith("!")
    ? !words.some((word) => word.startsWith(value.slice(1)))
    : words.some((word) => word.startsWith(value));
}

const filterWords: Readonly<Record<string, (secret: Secret) => readonly string[]>> = {
  name: (secret) => [secret.name],
  description: (secret) => [secret.description],
  "tag-key": (secret) => Object.keys(secret.tags),
  "tag-value": (secret) => Object.values(secret.tags),
  "primary-region": (secret) => [secret.region],
  "owning-service": () => [],
  all: (secret) => [secret.name, secret.description, ...Object.keys(secret.tags), ...Object.values(secret.tags)],
};
