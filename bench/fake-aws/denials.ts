import { matchesPattern } from "./arns.ts";
import type { Identity } from "./identities.ts";

/** Refuses what all of its patterns match. What is left out matches anything. */
export interface DenyRule {
  /** Pattern of the caller's ARN. */
  readonly identity?: string;
  /** Pattern of `ssm:GetParameters`, `secretsmanager:*`, `kms:Decrypt` … */
  readonly action?: string;
  /** Pattern of the resource's ARN; `*` for actions on no resource. */
  readonly resource?: string;
  /** The rule holds for everybody whose session lacks these tags (ABAC). */
  readonly unlessTags?: Readonly<Record<string, string>>;
}

/** AWS's message where a rule refuses the action; undefined where none does. */
export function denialOf(
  rules: readonly DenyRule[],
  identity: Identity,
  action: string,
  resource: string,
): string | undefined {
  const denied = rules.some(
    (rule) =>
      matchesPattern(rule.action ?? "*", action) &&
      matchesPattern(rule.identity ?? "*", identity.arn) &&
      matchesPattern(rule.resource ?? "*", resource) &&
      !carries(identity, rule.unlessTags),
  );
  return denied
    ? `User: ${identity.arn} is not authorized to perform: ${action} on resource: ${resource} because no identity-based policy allows the ${action} action`
    : undefined;
}

function carries(identity: Identity, tags: DenyRule["unlessTags"]): boolean {
  return tags !== undefined && Object.entries(tags).every(([key, value]) => identity.sessionTags[key] === value);
}
