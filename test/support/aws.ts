import {
  CreateSecretCommand,
  DescribeSecretCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
  UpdateSecretVersionStageCommand,
} from "@aws-sdk/client-secrets-manager";
import { PutParameterCommand, type PutParameterCommandInput, SSMClient } from "@aws-sdk/client-ssm";
import { STSClient } from "@aws-sdk/client-sts";
import { registerSecret } from "./canary.ts";

/** The one region of the test bench, and credentials that an emulator takes for those of its only account. */
export const testRegion = "eu-west-1";
export const testCredentials = { accessKeyId: "test", secretAccessKey: "test" };

/** Clients that arrange values in an emulator. */
export interface AwsClients {
  readonly parameterStore: SSMClient;
  readonly secretsManager: SecretsManagerClient;
  readonly sts: STSClient;
  destroy(): void;
}

export function awsClients(endpoint: string, region = testRegion): AwsClients {
  const configuration = { endpoint, region, credentials: testCredentials };
  const parameterStore = new SSMClient(configuration);
  const secretsManager = new SecretsManagerClient(configuration);
  const sts = new STSClient(configuration);
  return {
    parameterStore,
    secretsManager,
    sts,
    destroy() {
      for (const client of [parameterStore, secretsManager, sts]) client.destroy();
    },
  };
}

/** Makes a parameter, or a new version of it. Returns the version. */
export async function putParameter(
  { parameterStore }: AwsClients,
  parameter: { readonly name: string; readonly value: string; readonly type?: PutParameterCommandInput["Type"] },
): Promise<number> {
  const { name: Name, value: Value, type: Type = "String" } = parameter;
  if (Type === "SecureString") registerSecret(Value);
  const answer = await parameterStore.send(new PutParameterCommand({ Name, Value, Type, Overwrite: true }));
  return answer.Version ?? 0;
}

/** Makes a secret. Returns its ARN and VersionId. */
export async function createSecret(
  { secretsManager }: AwsClients,
  name: string,
  content: string | Uint8Array,
): Promise<{ readonly arn: string; readonly versionId: string }> {
  const answer = await secretsManager.send(new CreateSecretCommand({ Name: name, ...contentOf(content) }));
  return { arn: answer.ARN ?? "", versionId: answer.VersionId ?? "" };
}

/** A new value that is AWSCURRENT at once. Returns its VersionId. */
export async function putSecretValue(
  { secretsManager }: AwsClients,
  secretId: string,
  content: string | Uint8Array,
): Promise<string> {
  const answer = await secretsManager.send(new PutSecretValueCommand({ SecretId: secretId, ...contentOf(content) }));
  return answer.VersionId ?? "";
}

/**
 * Rotates a secret as a rotation function does: the new value arrives as AWSPENDING and is promoted to AWSCURRENT
 * afterwards. Returns the new VersionId. Right on ministack; moto keeps answering with the old value.
 */
export async function rotateSecret(
  clients: AwsClients,
  secretId: string,
  content: string | Uint8Array,
): Promise<string> {
  const { secretsManager } = clients;
  const { VersionIdsToStages = {} } = await secretsManager.send(new DescribeSecretCommand({ SecretId: secretId }));
  const current = Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id]?.includes("AWSCURRENT"));
  const { VersionId } = await secretsManager.send(
    new PutSecretValueCommand({ SecretId: secretId, VersionStages: ["AWSPENDING"], ...contentOf(content) }),
  );
  await secretsManager.send(
    new UpdateSecretVersionStageCommand({
      SecretId: secretId,
      VersionStage: "AWSCURRENT",
      MoveToVersionId: VersionId,
      RemoveFromVersionId: current,
    }),
  );
  return VersionId ?? "";
}

function contentOf(content: string | Uint8Array) {
  if (typeof content === "string") registerSecret(content);
  return typeof content === "string" ? { SecretString: content } : { SecretBinary: content };
}
