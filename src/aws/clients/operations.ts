import type { QuotaClass } from "../limits/quota-class.ts";
import type { AwsService } from "../metrics.ts";

/** What is known of an operation besides its input and output. */
export interface Operation {
  readonly service: AwsService;
  /** The wire name: for metrics and errors. */
  readonly name: string;
  readonly quota: QuotaClass;
}

/** Every operation that is made. DescribeSecret draws on a quota larger than that of the reads. */
export const operations = {
  getParameters: { service: "ssm", name: "GetParameters", quota: "parameterReads" },
  getParametersByPath: { service: "ssm", name: "GetParametersByPath", quota: "parameterReads" },
  describeParameters: { service: "ssm", name: "DescribeParameters", quota: "parameterDescribes" },
  listTagsForResource: { service: "ssm", name: "ListTagsForResource", quota: "parameterTags" },
  batchGetSecretValue: { service: "secretsmanager", name: "BatchGetSecretValue", quota: "secretBatches" },
  getSecretValue: { service: "secretsmanager", name: "GetSecretValue", quota: "secretReads" },
  describeSecret: { service: "secretsmanager", name: "DescribeSecret", quota: "secretReads" },
  listSecrets: { service: "secretsmanager", name: "ListSecrets", quota: "secretLists" },
  assumeRole: { service: "sts", name: "AssumeRole", quota: "tokens" },
  assumeRoleWithWebIdentity: { service: "sts", name: "AssumeRoleWithWebIdentity", quota: "tokens" },
  getCallerIdentity: { service: "sts", name: "GetCallerIdentity", quota: "tokens" },
} as const satisfies Record<string, Operation>;
