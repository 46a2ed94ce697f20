import type { LabelSelector, StoreRef } from "./model.ts";
import type { Service } from "./source.ts";

/** A ValueStore or ClusterValueStore after parsing. */
export interface StoreModel {
  readonly ref: StoreRef;
  /** A ValueStore's own namespace; undefined for a ClusterValueStore. */
  readonly namespace?: string;
  readonly uid: string;
  readonly generation: number;
  readonly controllerClass: string;
  /** Undefined: the region of the operator's own environment. */
  readonly region?: string;
  readonly regions: readonly string[];
  readonly failoverRegions: readonly string[];
  readonly auth: StoreAuth;
  readonly assumeRoles: readonly AssumeRole[];
  readonly sessionTagsFromNamespace: boolean;
  readonly allowDeclassification: boolean;
  readonly endpoints: Endpoints;
  /** No rule: every namespace, every name. */
  readonly access: readonly AccessRule[];
  /** What it leaves out it has no opinion of. */
  readonly limits: Partial<Limits>;
  readonly changeEvents?: { readonly queueUrl: string };
}

export type StoreAuth =
  | { readonly kind: "operator" }
  | {
      readonly kind: "serviceAccount";
      readonly namespace: string;
      readonly name: string;
      /** Undefined in a ValueStore only: the ServiceAccount's eks.amazonaws.com/role-arn annotation. */
      readonly roleArn?: string;
    }
  | {
      readonly kind: "accessKey";
      readonly namespace: string;
      readonly secretName: string;
      readonly accessKeyIdKey: string;
      readonly secretAccessKeyKey: string;
      readonly sessionTokenKey?: string;
    };

export interface AssumeRole {
  readonly roleArn: string;
  readonly externalId?: string;
  readonly sessionName?: string;
  readonly sessionTags: Readonly<Record<string, string>>;
  readonly transitiveTagKeys: readonly string[];
  readonly durationSeconds?: number;
}

export interface Endpoints {
  readonly parameterStore?: string;
  readonly secretsManager?: string;
  readonly sts?: string;
  readonly sqs?: string;
}

export interface AccessRule {
  /** Neither names nor selector: every namespace. */
  readonly namespaces: { readonly names: readonly string[]; readonly selector?: LabelSelector };
  /** Undefined: this rule says nothing of the service. */
  readonly patterns: { readonly [service in Service]?: readonly string[] };
}

/** Requests a second, per account and region. */
export interface Limits {
  readonly parameterReads: number;
  readonly parameterDescribes: number;
  readonly secretBatches: number;
  readonly secretReads: number;
  readonly secretLists: number;
}

/** Below the default quotas of AWS, which are shared with all else in the account (aws.md). */
export const defaultLimits: Limits = {
  parameterReads: 30,
  parameterDescribes: 1,
  secretBatches: 80,
  secretReads: 1000,
  secretLists: 20,
};
