import { isArn, parseParameterArn, parseSecretArn } from "./arn.ts";
import type { Service } from "./source.ts";

/**
 * What an id names, in the one form in which access rules compare (api.md, "Access"): an ARN, a partial ARN and a plain
 * name of one value are equal here.
 */
export interface CanonicalName {
  readonly service: Service;
  readonly region: string;
  readonly account: string;
  /** A parameter's with its leading slash. */
  readonly name: string;
}

const referencePrefix = "/aws/reference/secretsmanager/";

/**
 * The names that an id may stand for: one, or two for a secret's ARN that may be partial. Whoever checks access must
 * allow each of them. `home` is where plain names are looked up. Empty for an ARN that is none of the service's.
 */
export function canonicalNames(
  { service, id }: { readonly service: Service; readonly id: string },
  home: { readonly region: string; readonly account: string },
): readonly CanonicalName[] {
  return service === "secretsManager" ? ofSecret(id, home) : ofParameter(id, home);
}

type Home = { readonly region: string; readonly account: string };

function ofSecret(id: string, { region, account }: Home): readonly CanonicalName[] {
  if (!isArn(id)) return [{ service: "secretsManager", region, account, name: id }];
  const arn = parseSecretArn(id);
  if (!arn) return [];
  return arn.names.map((name) => ({ service: "secretsManager", region: arn.region, account: arn.account, name }));
}

function ofParameter(id: string, home: Home): readonly CanonicalName[] {
  if (!isArn(id)) return ofParameterName(id, home);
  const arn = parseParameterArn(id);
  return arn ? ofParameterName(arn.name, arn) : [];
}

/** A secret can be read as a parameter, and is a secret there too ("Referencing Secrets Manager secrets"). */
function ofParameterName(name: string, home: Home): readonly CanonicalName[] {
  const rooted = name.startsWith("/") ? name : `/${name}`;
  if (rooted.startsWith(referencePrefix)) return ofSecret(rooted.slice(referencePrefix.length), home);
  return [{ service: "parameterStore", region: home.region, account: home.account, name: rooted }];
}
