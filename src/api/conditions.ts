/**
 * Why a resource is as it is. Each reason belongs to one kind of trouble, and the kind alone decides the conditions,
 * the event and when the resource comes again (api.md, "Conditions"): no call site sets a condition of its own.
 */

export type ConditionStatus = "True" | "False" | "Unknown";

/** A condition as it stands in `status.conditions`: no times, fixed order, so that conditions never flap. */
export interface Condition {
  readonly type: "Ready" | "Stalled" | "Degraded";
  readonly status: ConditionStatus;
  readonly reason: string;
  readonly message: string;
}

/**
 * - `edit`: the user must act, waiting cannot help.
 * - `heal`: the user must act, but the world may heal without an edit.
 * - `wait`: nobody need act; retried with backoff and full jitter.
 * - `bug`: ours.
 */
export type TroubleKind = "none" | "edit" | "heal" | "wait" | "bug";

/** Every reason, with its kind of trouble. */
export const reasons = {
  Synced: "none",
  SpecInvalid: "edit",
  KeyConflict: "edit",
  TargetImmutable: "edit",
  TargetConflict: "edit",
  StoreNotFound: "heal",
  StoreNotReady: "heal",
  AccessDenied: "heal",
  NotAllowedByStore: "heal",
  ValueNotFound: "heal",
  ValueInvalid: "heal",
  TemplateFailed: "heal",
  TooLarge: "heal",
  TargetMissing: "heal",
  RestartFailed: "heal",
  Throttled: "wait",
  AwsUnavailable: "wait",
  CredentialsFailed: "wait",
  InternalError: "bug",
} as const satisfies Record<string, TroubleKind>;

export type Reason = keyof typeof reasons;

/** What went wrong, for a user: never a value, and what to do about it in the message. */
export interface Failure {
  readonly reason: Exclude<Reason, "Synced">;
  /** Names the field or the key first, then what is wrong, then what to do. Never holds a value. */
  readonly message: string;
}
