import { randomBytes } from "node:crypto";
import { matchesPattern, parseArn } from "./arns.ts";

/** Who makes a request. Policies and counts go by `arn`. */
export interface Identity {
  readonly arn: string;
  readonly account: string;
  readonly userId: string;
  readonly sessionTags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  /** True for a role's session: what it assumes is a chain. */
  readonly isSession: boolean;
  /** Milliseconds since the epoch. */
  readonly expiresAt: number | undefined;
  /** Sent with every request of a session. */
  readonly sessionToken: string | undefined;
}

/** A role's trust policy. What is left out is not asked for. */
export interface Role {
  readonly roleArn: string;
  /** ARN patterns of who may assume it; default anybody. */
  readonly principals?: readonly string[];
  readonly externalId?: string;
  /** Session tags that must be there, by value pattern (ABAC). */
  readonly requiredTags?: Readonly<Record<string, string>>;
  /** Default true; false: sts:TagSession is not allowed. */
  readonly allowTagSession?: boolean;
  /** Pattern of the token's `sub`: `system:serviceaccount:shop:reader`. Without it no web identity is trusted. */
  readonly webIdentitySubject?: string;
  /** Default sts.amazonaws.com. */
  readonly webIdentityAudience?: string;
  /** Seconds; default 3600. */
  readonly maxSessionDuration?: number;
}

export interface Identities {
  /** By access key id. */
  readonly sessions: Map<string, Identity>;
  /** By ARN. */
  readonly roles: Map<string, Role>;
  /** True: unknown access keys and unknown roles are refused; else each is an identity of its own, or trusts anybody. */
  strict: boolean;
  readonly account: string;
}

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
  readonly expiresAt: number;
}

export function createIdentities(account: string, strict: boolean): Identities {
  return { sessions: new Map(), roles: new Map(), strict, account };
}

/** An IAM user's key. Deleting it from `sessions` makes it unknown to the services. */
export function addAccessKey(
  identities: Identities,
  key: { readonly accessKeyId: string; readonly arn: string },
): Identity {
  const identity: Identity = {
    arn: key.arn,
    account: parseArn(key.arn)?.account ?? identities.account,
    userId: `AIDA${key.accessKeyId}`,
    sessionTags: {},
    transitiveTagKeys: [],
    isSession: false,
    expiresAt: undefined,
    sessionToken: undefined,
  };
  identities.sessions.set(key.accessKeyId, identity);
  return identity;
}

/** The identity of an access key; an unknown key is a user of the home account unless the fake is strict. */
export function identityOf(identities: Identities, accessKeyId: string): Identity | undefined {
  const known = identities.sessions.get(accessKeyId);
  if (known || identities.strict || accessKeyId.startsWith("ASIA")) {
    return known;
  }
  return addAccessKey(identities, { accessKeyId, arn: `arn:aws:iam::${identities.account}:user/${accessKeyId}` });
}

/** The role of that ARN; an unregistered one trusts anybody unless the fake is strict. */
export function roleOf(identities: Identities, roleArn: string): Role | undefined {
  const role = identities.roles.get(roleArn);
  return role ?? (identities.strict ? undefined : { roleArn, webIdentitySubject: "*" });
}

/** A new session of a role, with credentials that are good until `expiresAt`. */
export function openSession(
  identities: Identities,
  session: {
    readonly roleArn: string;
    readonly name: string;
    readonly tags: Readonly<Record<string, string>>;
    readonly transitiveTagKeys: readonly string[];
    readonly expiresAt: number;
  },
): { readonly identity: Identity; readonly credentials: Credentials } {
  const accessKeyId = `ASIA${randomBytes(8).toString("hex").toUpperCase()}`;
  const sessionToken = randomBytes(48).toString("base64");
  const account = parseArn(session.roleArn)?.account ?? identities.account;
  const role = session.roleArn.split("/").at(-1) ?? "role";
  const identity: Identity = {
    arn: `arn:aws:sts::${account}:assumed-role/${role}/${session.name}`,
    account,
    userId: `AROA${role.toUpperCase()}:${session.name}`,
    sessionTags: session.tags,
    transitiveTagKeys: session.transitiveTagKeys,
    isSession: true,
    expiresAt: session.expiresAt,
    sessionToken,
  };
  identities.sessions.set(accessKeyId, identity);
  const secretAccessKey = randomBytes(30).toString("base64");
  return { identity, credentials: { accessKeyId, secretAccessKey, sessionToken, expiresAt: session.expiresAt } };
}

/** From now on every session opened so far, or those of one role, is refused as expired. */
export function expireSessions(identities: Identities, now: number, arnPattern = "*"): void {
  for (const [accessKeyId, identity] of identities.sessions) {
    if (identity.isSession && matchesPattern(arnPattern, identity.arn)) {
      identities.sessions.set(accessKeyId, { ...identity, expiresAt: now });
    }
  }
}
