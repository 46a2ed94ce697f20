import type { ParameterSelector } from "./source.ts";

/** An Amazon Resource Name: `arn:partition:service:region:account:resource`, the resource with its own colons. */
export interface Arn {
  readonly partition: string;
  readonly service: string;
  /** Empty for global services. */
  readonly region: string;
  readonly account: string;
  readonly resource: string;
}

const shape =
  /^arn:(?<partition>aws[-a-z]*):(?<service>[-a-z0-9]+):(?<region>[-a-z0-9]*):(?<account>\d{12}|):(?<resource>.+)$/su;

export function parseArn(text: string): Arn | undefined {
  const groups = shape.exec(text)?.groups;
  if (!groups) return undefined;
  const { partition = "", service = "", region = "", account = "", resource = "" } = groups;
  return { partition, service, region, account, resource };
}

export function formatArn({ partition, service, region, account, resource }: Arn): string {
  return `arn:${partition}:${service}:${region}:${account}:${resource}`;
}

/** Whether an id of either service is an ARN, and not a name: names have no colons. */
export function isArn(id: string): boolean {
  return id.startsWith("arn:");
}

export interface ParameterArn {
  /** Without the selector. */
  readonly arn: string;
  readonly region: string;
  readonly account: string;
  /** With a leading slash, which the ARN of a parameter without one does not tell. */
  readonly name: string;
  readonly selector?: ParameterSelector;
}

/** The ARN of a parameter, with what GetParameters allows behind it: `:version` or `:label`. */
export function parseParameterArn(text: string): ParameterArn | undefined {
  const arn = parseArn(text);
  if (arn?.service !== "ssm" || !arn.region || !arn.account) return undefined;
  const groups = /^(?<resource>parameter(?<name>\/[^:]+))(?::(?<selector>[^:]+))?$/u.exec(arn.resource)?.groups;
  if (!groups) return undefined;
  const { resource = "", name = "", selector } = groups;
  const { region, account } = arn;
  return {
    arn: formatArn({ ...arn, resource }),
    region,
    account,
    name,
    ...(selector === undefined ? {} : { selector: parseSelector(selector) }),
  };
}

// A label never starts with a digit (LabelParameterVersion).
function parseSelector(text: string): ParameterSelector {
  return /^\d{1,15}$/u.test(text) ? { version: Number(text) } : { label: text };
}

export interface SecretArn {
  /** Without what ECS allows behind it; may be partial: without the hyphen and six characters that AWS adds. */
  readonly arn: string;
  readonly region: string;
  readonly account: string;
  /**
   * The names that the ARN may stand for. A full ARN ends in a hyphen and six characters; so may a name in a partial
   * ARN, and the two cannot be told apart (GetSecretValue, SecretId).
   */
  readonly names: readonly [string, ...string[]];
  readonly jsonKey?: string;
  readonly versionStage?: string;
  readonly versionId?: string;
}

/**
 * The ARN or partial ARN of a secret, with what `valueFrom` of an ECS task definition allows behind it:
 * `:json-key:version-stage:version-id`, each of which may be empty or left out.
 */
export function parseSecretArn(text: string): SecretArn | undefined {
  const arn = parseArn(text);
  if (arn?.service !== "secretsmanager" || !arn.region || !arn.account) return undefined;
  const [type, tail = "", jsonKey = "", versionStage = "", versionId = "", ...more] = arn.resource.split(":");
  if (type !== "secret" || tail === "" || more.length > 0) return undefined;
  const { region, account } = arn;
  return {
    arn: formatArn({ ...arn, resource: `secret:${tail}` }),
    region,
    account,
    names: namesOfTail(tail),
    ...(jsonKey === "" ? {} : { jsonKey }),
    ...(versionStage === "" ? {} : { versionStage }),
    ...(versionId === "" ? {} : { versionId }),
  };
}

function namesOfTail(tail: string): readonly [string, ...string[]] {
  const name = /^(?<name>.+)-[A-Za-z0-9]{6}$/u.exec(tail)?.groups?.["name"];
  return name === undefined ? [tail] : [name, tail];
}
