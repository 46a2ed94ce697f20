import { authorize, type OperationContext, seconds } from "./operation.ts";
import type { ParameterId } from "./parameters.ts";
import { findSecret, versionWithStage } from "./secrets.ts";
import { contentOf } from "./state.ts";
import { WireError } from "./wire-error.ts";

const prefix = "/aws/reference/secretsmanager/";

/**
 * A secret read through Parameter Store (Systems Manager user guide, "Referencing Secrets Manager secrets"): needs
 * WithDecryption and the caller's own permission on the secret; answers Version 0. Undefined: no such reference.
 */
export function secretReference(context: OperationContext, id: ParameterId, decrypt: boolean) {
  if (!id.bare.startsWith(prefix)) {
    return undefined;
  }
  if (!decrypt) {
    throw new WireError(
      "ValidationException",
      "WithDecryption flag must be True for retrieving a Secret Manager secret.",
    );
  }
  const secret = findSecret(context.state, context.place, id.bare.slice(prefix.length));
  if (!secret) {
    return "missing";
  }
  authorize(context, "secretsmanager:GetSecretValue", secret.arn);
  const wanted = id.selector?.slice(1);
  const version =
    (wanted === undefined ? undefined : secret.versions.get(wanted)) ??
    versionWithStage(secret, wanted ?? "AWSCURRENT");
  if (!version || secret.deletedAt !== undefined) {
    return "missing";
  }
  const content = contentOf(version.value, `${secret.name} ${version.versionId}`);
  const text = typeof content === "string" ? content : Buffer.from(content).toString("base64");
  return {
    ARN: secret.arn,
    DataType: "text",
    LastModifiedDate: seconds(version.createdAt),
    Name: id.bare,
    Selector: id.selector,
    Type: "SecureString",
    Value: text,
    Version: 0,
    SourceResult: JSON.stringify({
      arn: secret.arn,
      name: secret.name,
      versionId: version.versionId,
      secretString: text,
      versionStages: [...version.stages],
      createdDate: version.createdAt,
    }),
  };
}
