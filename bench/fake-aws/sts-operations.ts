import { matchesPattern } from "./arns.ts";
import { type Credentials, type Identities, type Identity, openSession, type Role, roleOf } from "./identities.ts";
import { parseWebIdentityToken, type WebIdentity } from "./web-identity.ts";
import { WireError } from "./wire-error.ts";

/** One STS request. `caller` is undefined for the unsigned AssumeRoleWithWebIdentity. */
export interface StsContext {
  readonly identities: Identities;
  readonly caller: Identity | undefined;
  readonly now: number;
  denial(action: string, resource: string): string | undefined;
}

/** The result element's content; turned into XML by the server. */
export type StsOperation = (context: StsContext, form: URLSearchParams) => object;

/** Needs no permission, as in AWS. */
const getCallerIdentity: StsOperation = (context) => {
  const caller = signed(context);
  return { UserId: caller.userId, Account: caller.account, Arn: caller.arn };
};

const assumeRole: StsOperation = (context, form) => {
  const caller = signed(context);
  const roleArn = field(form, "RoleArn");
  const role = roleOf(context.identities, roleArn);
  const tags = tagsOf(form);
  checkTrust(context, role, { roleArn, caller, externalId: form.get("ExternalId") ?? undefined, tags });
  const inherited = inheritedTags(caller, Object.keys(tags));
  const durationSeconds = Number(form.get("DurationSeconds") ?? 3600);
  checkDuration(durationSeconds, role, caller.isSession);
  const session = openSession(context.identities, {
    roleArn,
    name: field(form, "RoleSessionName"),
    tags: { ...tags, ...inherited },
    transitiveTagKeys: [...members(form, "TransitiveTagKeys"), ...Object.keys(inherited)],
    expiresAt: context.now + durationSeconds * 1000,
  });
  return sessionResult(session.identity, session.credentials);
};

const assumeRoleWithWebIdentity: StsOperation = (context, form) => {
  const roleArn = field(form, "RoleArn");
  const role = roleOf(context.identities, roleArn);
  const token = parseWebIdentityToken(field(form, "WebIdentityToken"), context.now);
  if (!role?.webIdentitySubject || !trustsToken(role, token)) {
    throw new WireError("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity", 403);
  }
  const durationSeconds = Number(form.get("DurationSeconds") ?? 3600);
  checkDuration(durationSeconds, role, false);
  const session = openSession(context.identities, {
    roleArn,
    name: field(form, "RoleSessionName"),
    tags: {},
    transitiveTagKeys: [],
    expiresAt: context.now + durationSeconds * 1000,
  });
  return {
    ...sessionResult(session.identity, session.credentials),
    SubjectFromWebIdentityToken: token.subject,
    Audience: token.audience[0] ?? "",
    Provider: token.issuer,
  };
};

export const stsOperations: Readonly<Record<string, StsOperation>> = {
  GetCallerIdentity: getCallerIdentity,
  AssumeRole: assumeRole,
  AssumeRoleWithWebIdentity: assumeRoleWithWebIdentity,
};

function checkTrust(
  context: StsContext,
  role: Role | undefined,
  request: {
    readonly roleArn: string;
    readonly caller: Identity;
    readonly externalId: string | undefined;
    readonly tags: Readonly<Record<string, string>>;
  },
): asserts role is Role {
  const { roleArn, caller, tags } = request;
  const trusted =
    role !== undefined &&
    (role.principals ?? ["*"]).some((pattern) => matchesPattern(pattern, caller.arn)) &&
    (role.externalId === undefined || role.externalId === request.externalId) &&
    Object.entries(role.requiredTags ?? {}).every(([key, pattern]) => matchesPattern(pattern, tags[key] ?? ""));
  if (!trusted || context.denial("sts:AssumeRole", roleArn) !== undefined) {
    throw notAuthorized(caller, "sts:AssumeRole", roleArn);
  }
  if (role.allowTagSession === false && Object.keys(tags).length > 0) {
    throw notAuthorized(caller, "sts:TagSession", roleArn);
  }
}

function notAuthorized(caller: Identity, action: string, resource: string): WireError {
  return new WireError(
    "AccessDenied",
    `User: ${caller.arn} is not authorized to perform: ${action} on resource: ${resource}`,
    403,
  );
}

function trustsToken(role: Role, token: WebIdentity): boolean {
  return (
    matchesPattern(role.webIdentitySubject ?? "", token.subject) &&
    token.audience.includes(role.webIdentityAudience ?? "sts.amazonaws.com")
  );
}

/** Transitive tags of the calling session go on, and may not be set anew (IAM user guide, "Session tags"). */
function inheritedTags(caller: Identity, keys: readonly string[]): Readonly<Record<string, string>> {
  if (caller.transitiveTagKeys.some((key) => keys.includes(key))) {
    throw new WireError(
      "InvalidParameterValue",
      "One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.",
    );
  }
  return Object.fromEntries(caller.transitiveTagKeys.map((key) => [key, caller.sessionTags[key] ?? ""]));
}

function checkDuration(durationSeconds: number, role: Role, chained: boolean): void {
  if (chained && durationSeconds > 3600) {
    throw new WireError(
      "ValidationError",
      "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
    );
  }
  if (durationSeconds > (role.maxSessionDuration ?? 3600)) {
    throw new WireError(
      "ValidationError",
      "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
    );
  }
  if (!(durationSeconds >= 900)) {
    throw new WireError(
      "ValidationError",
      `1 validation error detected: Value '${durationSeconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900`,
    );
  }
}

function sessionResult(identity: Identity, credentials: Credentials) {
  return {
    AssumedRoleUser: { AssumedRoleId: identity.userId, Arn: identity.arn },
    Credentials: {
      AccessKeyId: credentials.accessKeyId,
      SecretAccessKey: credentials.secretAccessKey,
      SessionToken: credentials.sessionToken,
      Expiration: new Date(credentials.expiresAt).toISOString(),
    },
  };
}

function signed(context: StsContext): Identity {
  if (!context.caller) {
    throw new WireError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
  }
  return context.caller;
}

function field(form: URLSearchParams, name: string): string {
  const value = form.get(name);
  if (!value) {
    throw new WireError("ValidationError", `1 validation error detected: Value null at '${name}' must not be null`);
  }
  return value;
}

/** `Name.member.1`, `Name.member.2` … */
function members(form: URLSearchParams, name: string): readonly string[] {
  const values: string[] = [];
  for (let value = form.get(`${name}.member.1`); value !== null; ) {
    values.push(value);
    value = form.get(`${name}.member.${values.length + 1}`);
  }
  return values;
}

function tagsOf(form: URLSearchParams): Readonly<Record<string, string>> {
  const tags: Record<string, string> = {};
  for (let index = 1; form.has(`Tags.member.${index}.Key`); index += 1) {
    tags[form.get(`Tags.member.${index}.Key`) ?? ""] = form.get(`Tags.member.${index}.Value`) ?? "";
  }
  return tags;
}
