import type { SecretRef } from "../../api/source.ts";
import type { AwsError } from "../errors.ts";
import { fromSecret } from "../refs/source-value.ts";
import { type BatchPermission, namesBatchAction } from "./batch-permission.ts";
import { type Isolated, readIsolating } from "./isolate.ts";
import { matchSecrets } from "./match-secrets.ts";
import { type Ask, asAwsError, bad, good, type Outcome, type Outcomes } from "./outcome.ts";
import type { BatchContext } from "./read-parameters.ts";

export interface SecretContext extends BatchContext {
  readonly permission: BatchPermission;
}

/** One GetSecretValue. */
export async function readSecret(
  { secretId, versionId, versionStage }: SecretRef,
  { calls, options }: Pick<BatchContext, "calls" | "options">,
): Promise<Outcome> {
  const request = {
    secretId,
    ...(versionId === undefined ? {} : { versionId }),
    ...(versionStage === undefined ? {} : { versionStage }),
  };
  try {
    return good(fromSecret(await calls.getSecretValue(request, options)));
  } catch (thrown) {
    return bad(asAwsError(thrown, "GetSecretValue"));
  }
}

/**
 * One BatchGetSecretValue of up to twenty. One alone is read by GetSecretValue, whose quota is a hundred times as large;
 * so is everything where the identity may not batch.
 */
export async function readSecrets(asks: readonly Ask<SecretRef>[], context: SecretContext): Promise<Isolated> {
  const [only] = asks;
  if (only !== undefined && asks.length === 1) {
    return { outcomes: new Map([[only.key, await readSecret(only.ref, context)]]), culprits: new Set() };
  }
  if (!context.permission.mayBatch()) {
    return { outcomes: await singly(asks, context), culprits: new Set() };
  }
  return await readIsolating(asks, {
    ...context,
    operation: "BatchGetSecretValue",
    idOf: ({ ref }) => ref.secretId,
    read: (some) => readBatch(some, context),
    instead: (error) => (error.kind === "denied" ? afterDenial(asks, error, context) : undefined),
  });
}

async function readBatch(asks: readonly Ask<SecretRef>[], context: SecretContext): Promise<Outcomes> {
  const ids = asks.map(({ ref }) => ref.secretId);
  const answer = await context.calls.batchGetSecretValue(ids, context.options);
  context.permission.granted();
  return matchSecrets(asks, answer);
}

/**
 * A denied batch is nearly always a batch that the identity may not make at all, since what is denied of single secrets
 * comes per item: so all are read singly at once, and what they answer tells which of the two it was.
 */
async function afterDenial(
  asks: readonly Ask<SecretRef>[],
  error: AwsError,
  context: SecretContext,
): Promise<Isolated> {
  const outcomes = await singly(asks, context);
  const guilty = [...outcomes].filter(([, outcome]) => !outcome.ok && outcome.error.kind === "denied");
  if (namesBatchAction(error) || guilty.length === 0) {
    context.permission.denied();
    return { outcomes, culprits: new Set() };
  }
  return { outcomes, culprits: new Set(guilty.map(([key]) => key)) };
}

async function singly(asks: readonly Ask<SecretRef>[], context: SecretContext): Promise<Outcomes> {
  const outcomes = await Promise.all(asks.map(async (ask) => [ask.key, await readSecret(ask.ref, context)] as const));
  return new Map(outcomes);
}
