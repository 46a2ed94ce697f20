import type { Service } from "../../api/source.ts";
import type { AccessScope } from "./access-scope.ts";
import type { CanonicalName } from "./canonical-name.ts";
import { coversPrefix, matchesPattern } from "./pattern.ts";

type Match = (pattern: string, text: string) => boolean;

/** Whether a pattern admits a name: a plain pattern at the store's home only, an ARN pattern wherever it says. */
export function admitsName(pattern: string, name: CanonicalName, scope: AccessScope): boolean {
  return admits(pattern, name, { scope, match: matchesPattern });
}

/** Whether a pattern admits every name that begins so: what a path, a prefix or a tag find may bring. */
export function admitsPrefix(pattern: string, prefix: CanonicalName, scope: AccessScope): boolean {
  return admits(pattern, prefix, { scope, match: coversPrefix });
}

function admits(
  pattern: string,
  name: CanonicalName,
  { scope, match }: { readonly scope: AccessScope; readonly match: Match },
): boolean {
  const names = [name.name, name.stem].filter((text) => text !== undefined);
  if (!pattern.startsWith("arn:")) {
    return isAtHome(name, scope) && names.some((text) => match(plainPattern(name.service, pattern), text));
  }
  const tails = name.arnTail === undefined ? names : [...names, name.arnTail];
  const arns = tails.map((tail) => arnOf({ ...name, name: tail }, scope));
  return arnPatterns(pattern, name, scope).some((each) => arns.some((arn) => match(each, arn)));
}

/**
 * A pattern may be a secret's full ARN while the name that is asked for lacks the six characters: then it is taken
 * without them. The answer has the full ARN, and must match the pattern as it stands.
 */
function arnPatterns(pattern: string, name: CanonicalName, scope: AccessScope): readonly string[] {
  const local = withAccount(pattern, name, scope);
  const full = name.service === "secretsManager" && name.arnTail === undefined;
  return full ? [local, local.replace(/-[A-Za-z0-9]{6}$/, "")] : [local];
}

function isAtHome({ account, region }: CanonicalName, scope: AccessScope): boolean {
  const homeRegion = region === undefined || region === scope.region;
  return homeRegion && (account === undefined || account === scope.account);
}

/** As names, patterns of parameters begin with a slash, whether or not it is written. */
function plainPattern(service: Service, pattern: string): string {
  return service === "parameterStore" && !/^[/*]/.test(pattern) ? `/${pattern}` : pattern;
}

const unknownAccount = "-";

function arnOf({ service, account, region, name }: CanonicalName, scope: AccessScope): string {
  const resource = service === "parameterStore" ? `ssm:PLACE:parameter${name}` : `secretsmanager:PLACE:secret:${name}`;
  const at = region ?? scope.region;
  return `arn:${partitionOf(at)}:${resource.replace("PLACE", () => `${at}:${account ?? scope.account ?? unknownAccount}`)}`;
}

/**
 * A plain name is one of the identity's own account. While that is not known, the account in an ARN pattern is taken to
 * be it: the answer's ARN names the account, and is checked in its turn.
 */
function withAccount(pattern: string, { account }: CanonicalName, scope: AccessScope): string {
  if (account !== undefined || scope.account !== undefined) return pattern;
  const parts = pattern.split(":");
  return parts.length < 6 ? pattern : parts.with(4, unknownAccount).join(":");
}

function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}
