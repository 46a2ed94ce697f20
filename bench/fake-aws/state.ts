/** What the fake holds. Values of many bytes are made when they are read, so that gigabytes of secrets cost nothing. */

/** `{ bytes }`: text of that length, made from the resource's name and version at each read. */
export type Value = string | Uint8Array | { readonly bytes: number };

export interface ParameterVersion {
  readonly version: number;
  readonly value: Value;
  /** Milliseconds since the epoch. */
  readonly lastModified: number;
  readonly labels: Set<string>;
}

export type ParameterType = "String" | "StringList" | "SecureString";

export interface Parameter {
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  type: ParameterType;
  keyId: string | undefined;
  tags: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch: from then on the parameter is gone. */
  expiresAt: number | undefined;
  /** Accounts that may name it by its ARN. */
  sharedWith: readonly string[];
  /** Oldest first. */
  readonly versions: ParameterVersion[];
}

export interface SecretVersion {
  readonly versionId: string;
  readonly value: Value;
  readonly createdAt: number;
  readonly stages: Set<string>;
}

export interface Secret {
  readonly name: string;
  readonly arn: string;
  readonly account: string;
  readonly region: string;
  readonly createdAt: number;
  keyId: string | undefined;
  description: string;
  tags: Readonly<Record<string, string>>;
  /** Accounts that its resource policy lets in. */
  sharedWith: readonly string[];
  deletedAt: number | undefined;
  readonly versions: Map<string, SecretVersion>;
  /** Writes so far: names the next version. */
  writes: number;
}

export interface State {
  readonly now: () => number;
  /** By ARN. */
  readonly parameters: Map<string, Parameter>;
  /** By ARN. */
  readonly secrets: Map<string, Secret>;
  /** Account, region and name to ARN. */
  readonly secretArns: Map<string, string>;
  /** Names of parameters in order, by account and region; dropped when a parameter comes or goes. */
  readonly orderedParameters: Map<string, readonly Parameter[]>;
}

export function createState(now: () => number): State {
  return {
    now,
    parameters: new Map(),
    secrets: new Map(),
    secretArns: new Map(),
    orderedParameters: new Map(),
  };
}

/** The text or bytes of a value. `seed` makes the content differ between names and versions. */
export function contentOf(value: Value, seed: string): string | Uint8Array {
  if (typeof value === "string" || value instanceof Uint8Array) {
    return value;
  }
  return `${seed} `.repeat(Math.ceil(value.bytes / (seed.length + 1))).slice(0, value.bytes);
}
