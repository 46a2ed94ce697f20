import type { Clock } from "../clock.ts";
import type { AwsError } from "../errors.ts";

const retryAfterMs = 3_600_000;
const action = "secretsmanager:BatchGetSecretValue";

/**
 * Whether the identity may call BatchGetSecretValue, which is a permission of its own beside GetSecretValue (aws.md).
 * Without it secrets are read singly; an hour later the batch is tried again, should the policy have changed.
 */
export interface BatchPermission {
  /** False: read singly for now. */
  mayBatch(): boolean;
  denied(): void;
  granted(): void;
}

export function createBatchPermission(clock: Clock): BatchPermission {
  let deniedAt: number | undefined;
  return {
    mayBatch: () => deniedAt === undefined || Math.abs(clock.now() - deniedAt) >= retryAfterMs,
    denied() {
      deniedAt = clock.now();
    },
    granted() {
      deniedAt = undefined;
    },
  };
}

/** The denial is of the action as such, not of one secret in the batch. */
export function namesBatchAction(error: AwsError): boolean {
  return error.kind === "denied" && error.message.includes(action);
}
