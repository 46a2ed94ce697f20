import type { Failure } from "../../api/conditions.ts";
import type { Service, SourceValue, ValueRef } from "../../api/source.ts";
import type { AccessNamespace, AccessScope } from "./access-scope.ts";
import { admitsName, admitsPrefix } from "./candidates.ts";
import { type CanonicalName, canonicalName } from "./canonical-name.ts";
import { grantedTo } from "./rules.ts";

/**
 * Whether a store lets a namespace ask for this (api.md, "Access"). Pure, and to be asked at every use, values in memory
 * included, before anything is sent. Undefined: it does.
 */
export function checkAsked(scope: AccessScope, namespace: AccessNamespace, ref: ValueRef): Failure | undefined {
  if (scope.store.access.length === 0) return undefined;
  const asked = askedOf(ref);
  if (asked === undefined) return malformed(scope, ref);
  const admits = asked.find ? admitsPrefix : admitsName;
  return check({ scope, namespace, ...asked }, (pattern) => admits(pattern, asked.name, scope));
}

/**
 * Whether a store lets a namespace have this value: the name that the service answered with counts, whatever was asked.
 * Undefined: it does.
 */
export function checkReturned(scope: AccessScope, namespace: AccessNamespace, value: SourceValue): Failure | undefined {
  if (scope.store.access.length === 0) return undefined;
  const returned = returnedNames(scope, value);
  // The account of an answer is the identity's own as long as nothing else is known: an ARN of another account was only
  // asked for under a pattern that names it.
  const home = scope.account === undefined && returned.account !== undefined ? { account: returned.account } : {};
  const known = { ...scope, ...home };
  return check({ scope: known, namespace, name: returned.names[0], find: false }, (pattern) =>
    returned.names.some((name) => admitsName(pattern, name, known)),
  );
}

interface Asked {
  readonly name: CanonicalName;
  /** The name is the beginning of all names that may come. */
  readonly find: boolean;
}

function askedOf(ref: ValueRef): Asked | undefined {
  switch (ref.kind) {
    case "parameter":
      return single("parameterStore", ref.name);
    case "secret":
      return single("secretsManager", ref.secretId);
    case "tags":
      return single(ref.of.service, ref.of.id);
    case "parametersByPath":
      return find("parameterStore", `${ref.path.replace(/\/+$/, "")}/`);
    case "parametersByTags":
      return find("parameterStore", "/");
    case "secretsByFilter":
      return find("secretsManager", prefixOf(ref.namePrefix));
  }
}

function single(service: Service, id: string): Asked | undefined {
  const name = canonicalName(service, id);
  return name === undefined ? undefined : { name, find: false };
}

function find(service: Service, prefix: string): Asked | undefined {
  const name = canonicalName(service, prefix);
  return name === undefined ? undefined : { name, find: true };
}

/** Secrets Manager takes a leading "!" as "all but these". */
function prefixOf(namePrefix = ""): string {
  return namePrefix.startsWith("!") ? "" : namePrefix;
}

/** The name as it was answered; and, of a replica, as its primary would answer, since it stands for that. */
function returnedNames(
  { store, region }: AccessScope,
  value: SourceValue,
): { readonly account: string | undefined; readonly names: readonly [CanonicalName, ...CanonicalName[]] } {
  const arn = canonicalName(value.service, value.arn);
  const { name, service } = canonicalName(value.service, value.name) ?? value;
  const tail = /:secret:(?<tail>.+)$/.exec(value.arn)?.groups?.["tail"];
  const answered: CanonicalName = {
    service,
    name,
    ...(arn?.account === undefined ? {} : { account: arn.account }),
    ...(arn?.region === undefined ? {} : { region: arn.region }),
    ...(service === "secretsManager" ? { arnTail: tail ?? name } : {}),
  };
  const isReplica = answered.region !== undefined && store.failoverRegions.includes(answered.region);
  return { account: answered.account, names: isReplica ? [answered, { ...answered, region }] : [answered] };
}

function check(
  { scope, namespace, name, find }: { readonly scope: AccessScope; readonly namespace: AccessNamespace } & Asked,
  admits: (pattern: string) => boolean,
): Failure | undefined {
  const granted = grantedTo(scope.store.access, namespace, name.service);
  if (granted.patterns.some(admits)) return undefined;
  const { kind, name: store } = scope.store.ref;
  const subject = `${name.service} ${describe(name, find)}`;
  const refused =
    granted.rules.length === 0
      ? `no rule in spec.access of ${kind} ${store} admits namespace ${namespace.name}`
      : `${kind} ${store} does not allow it to namespace ${namespace.name} (${granted.rules.join(", ")})`;
  const advice = find ? "one pattern must cover all that the search may find" : adviceFor(name, scope);
  return { reason: "NotAllowedByStore", message: `${subject}: ${refused}; ${advice}` };
}

function adviceFor({ account, region }: CanonicalName, scope: AccessScope): string {
  const elsewhere =
    (account !== undefined && account !== scope.account) || (region !== undefined && region !== scope.region);
  return elsewhere
    ? "a name of another account or region needs a pattern that is an ARN"
    : "one of its patterns must match the name";
}

function describe({ name, account, region }: CanonicalName, find: boolean): string {
  const place = [account, region].filter((part) => part !== undefined).join("/");
  return `${name}${find ? "*" : ""}${place === "" ? "" : ` (${place})`}`;
}

function malformed({ store }: AccessScope, ref: ValueRef): Failure {
  const message = `the ARN of this ${ref.kind} must be one of a parameter or a secret; ${store.ref.kind} ${store.ref.name} restricts what may be read`;
  return { reason: "NotAllowedByStore", message };
}
