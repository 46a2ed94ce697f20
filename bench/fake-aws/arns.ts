/** Account and region that a resource lives in. */
export interface Place {
  readonly account: string;
  readonly region: string;
}

export interface Arn extends Place {
  readonly partition: string;
  readonly service: string;
  readonly resource: string;
}

/** Takes an ARN apart; undefined for anything else. */
export function parseArn(text: string): Arn | undefined {
  const match = /^arn:([^:]+):([^:]+):([^:]*):([^:]*):(.+)$/s.exec(text);
  if (!match) {
    return undefined;
  }
  const [, partition = "", service = "", region = "", account = "", resource = ""] = match;
  return { partition, service, region, account, resource };
}

/** The partition of a region. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) {
    return "aws-cn";
  }
  return region.startsWith("us-gov-") ? "aws-us-gov" : "aws";
}

/** A leading slash of the name is not doubled: `parameter/shop/x` for `/shop/x` and `parameter/x` for `x`. */
export function parameterArn(place: Place, name: string): string {
  const path = name.startsWith("/") ? name : `/${name}`;
  return `arn:${partitionOf(place.region)}:ssm:${place.region}:${place.account}:parameter${path}`;
}

/** `suffix`: the six characters that Secrets Manager appends. */
export function secretArn(place: Place, name: string, suffix: string): string {
  return `arn:${partitionOf(place.region)}:secretsmanager:${place.region}:${place.account}:secret:${name}-${suffix}`;
}

const patterns = new Map<string, RegExp>();

/** IAM's wildcards: `*` for any text, `?` for one character. */
export function matchesPattern(pattern: string, text: string): boolean {
  let expression = patterns.get(pattern);
  if (!expression) {
    const source = pattern
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".");
    expression = new RegExp(`^${source}$`, "s");
    patterns.set(pattern, expression);
  }
  return expression.test(text);
}
