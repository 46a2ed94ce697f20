import { isArn } from "../../api/arn.ts";
import type { SecretRef } from "../../api/source.ts";
import type { SecretAnswer, SecretItemError } from "../calls.ts";
import { classifyItem } from "../errors/classify.ts";
import { arnMatches } from "../refs/object-name.ts";
import { fromSecret } from "../refs/source-value.ts";
import { type Ask, bad, good, noAnswer, type Outcome, type Outcomes } from "./outcome.ts";

const operation = "BatchGetSecretValue";

function answerFor(secretId: string, found: readonly SecretAnswer[]): SecretAnswer | undefined {
  // By name first, then by ARN, then by an ARN without its suffix (aws.md, "Which answer belongs to which question").
  return isArn(secretId)
    ? (found.find((item) => item.arn === secretId) ?? found.find((item) => arnMatches(item.arn, secretId)))
    : found.find((item) => item.name === secretId);
}

function errorFor(secretId: string, errors: readonly SecretItemError[]): SecretItemError | undefined {
  return (
    errors.find((item) => item.secretId === secretId) ??
    errors.find((item) => item.secretId !== undefined && arnMatches(item.secretId, secretId))
  );
}

export interface SecretsAnswer {
  readonly found: readonly SecretAnswer[];
  readonly errors: readonly SecretItemError[];
}

/** Hands each ask its own answer or error out of one call's; within a call no two asks may name one secret. */
export function matchSecrets(asks: readonly Ask<SecretRef>[], answer: SecretsAnswer): Outcomes {
  const outcomes: Outcomes = new Map();
  const unanswered: Ask<SecretRef>[] = [];
  for (const ask of asks) {
    const outcome = outcomeOf(ask.ref.secretId, answer);
    if (outcome === undefined) {
      unanswered.push(ask);
    } else {
      outcomes.set(ask.key, outcome);
    }
  }
  const unnamed = answer.errors.filter((item) => item.secretId === undefined);
  const [only] = unnamed;
  for (const ask of unanswered) {
    // One error without an id and one ask without an answer belong together; more would be guessing.
    const certain = only !== undefined && unnamed.length === 1 && unanswered.length === 1;
    outcomes.set(ask.key, certain ? bad(classifyItem(only, operation)) : noAnswer(operation, ask.ref.secretId));
  }
  return outcomes;
}

function outcomeOf(secretId: string, answer: SecretsAnswer): Outcome | undefined {
  const found = answerFor(secretId, answer.found);
  if (found !== undefined) {
    return good(fromSecret(found));
  }
  const error = errorFor(secretId, answer.errors);
  return error === undefined ? undefined : bad(classifyItem(error, operation));
}
