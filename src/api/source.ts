/** What is read, and what came back: the words that `aws` and `values` share without knowing each other. */

export type Service = "parameterStore" | "secretsManager";

/** A parameter's selector: a version, or a label on one version. Neither: the latest. */
export type ParameterSelector = { readonly version: number } | { readonly label: string };

/** One parameter, by name or by ARN (an ARN where another account shares it). */
export interface ParameterRef {
  readonly kind: "parameter";
  readonly name: string;
  readonly selector?: ParameterSelector;
}

/** One secret, by name, ARN or partial ARN; AWSCURRENT where neither versionId nor versionStage is given. */
export interface SecretRef {
  readonly kind: "secret";
  readonly secretId: string;
  readonly versionId?: string;
  readonly versionStage?: string;
}

/** The tags of one parameter or secret, instead of its value. */
export interface TagsRef {
  readonly kind: "tags";
  readonly of: { readonly service: Service; readonly id: string };
}

/** All parameters under a path. */
export interface PathRef {
  readonly kind: "parametersByPath";
  readonly path: string;
  readonly recursive: boolean;
}

/** All parameters that carry every one of these tags. */
export interface ParameterTagsRef {
  readonly kind: "parametersByTags";
  readonly tags: Readonly<Record<string, string>>;
}

/** All secrets whose names start with a prefix, that carry every one of these tags, or both. */
export interface SecretFilterRef {
  readonly kind: "secretsByFilter";
  readonly namePrefix?: string;
  readonly tags?: Readonly<Record<string, string>>;
}

export type SingleRef = ParameterRef | SecretRef | TagsRef;
export type FindRef = PathRef | ParameterTagsRef | SecretFilterRef;

/** Anything that can be asked of a reader. A plain object: two refs are the same question when their `refKey` is equal. */
export type ValueRef = SingleRef | FindRef;

export type SourceType = "String" | "StringList" | "SecureString" | "Secret";

/** A value as the service delivered it. */
export interface SourceValue {
  readonly service: Service;
  /** The bare name that the service answered with: no selector, no ARN. */
  readonly name: string;
  readonly arn: string;
  readonly type: SourceType;
  /**
   * The version for people: a VersionId, or a parameter's number.
   */
  readonly version: string;
  /**
   * Equal for two readings exactly when the content is the same version: ARN and VersionId, or ARN, version and
   * LastModifiedDate (a parameter made anew starts at version 1 again).
   */
  readonly versionKey: string;
  /** A string, or bytes for SecretBinary; undefined where only the version is known (memory bound, tags). */
  readonly content?: string | Uint8Array;
  /** Only in answers to a TagsRef, or where the service sent them. */
  readonly tags?: Readonly<Record<string, string>>;
}

/** Whether the value itself is secret: all of Secrets Manager, and SecureString (api.md: never into a ConfigMap). */
export function isSensitiveType(type: SourceType): boolean {
  return type === "SecureString" || type === "Secret";
}
