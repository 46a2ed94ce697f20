import { parseParameterArn, parseSecretArn } from "../../api/arn.ts";
import type { ValueRef } from "../../api/source.ts";

/**
 * Which object an id may name. Answers carry the object's name and ARN, not the id that was asked, so two ids that may
 * name one object must never stand in one call (aws.md, "Which answer belongs to which question").
 */
export interface ObjectName {
  /** The name, or an ARN's part behind its type; of parameters without the leading slash, which ARNs leave out. */
  readonly tail: string;
  /** Of a secret's ARN that ends in a hyphen and six characters: without them, should they be the ARN's own suffix. */
  readonly stem?: string;
}

const secretSuffix = /-[A-Za-z0-9]{6}$/u;

export function parameterObject(name: string): ObjectName {
  const tail = parseParameterArn(name)?.name ?? name;
  return { tail: tail.startsWith("/") ? tail.slice(1) : tail };
}

export function secretObject(secretId: string): ObjectName {
  const [stem = secretId, tail] = parseSecretArn(secretId)?.names ?? [];
  return tail === undefined ? { tail: stem } : { tail, stem };
}

/** The object of a ref that is read in batches; finds and other single reads share no call and so clash with nothing. */
export function objectOf(ref: ValueRef): ObjectName {
  if (ref.kind === "parameter") {
    return parameterObject(ref.name);
  }
  return ref.kind === "secret" ? secretObject(ref.secretId) : { tail: "" };
}

/** Whether both ids may name one object. */
export function mayBeSame(a: ObjectName, b: ObjectName): boolean {
  return a.tail === b.tail || a.stem === b.tail || a.tail === b.stem;
}

/** Whether a secret's full ARN is this id: the ARN itself, or without its hyphen and six characters. */
export function arnMatches(arn: string, secretId: string): boolean {
  return arn === secretId || (secretSuffix.test(arn) && arn.slice(0, -7) === secretId);
}
