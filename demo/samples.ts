import { randomBytes } from "node:crypto";
import { type AwsClients, createSecret, putParameter, rotateSecret } from "../test/support/aws.ts";

/** The name of the secret that the demo rotates. */
export const rotatedSecret = "prod/checkout/db";

/** One value of every kind, under the names that checkout.yaml asks for. Returns a line about each. */
export async function createSampleValues(clients: AwsClients): Promise<string[]> {
  await putParameter(clients, { name: "/shop/prod/log-level", value: "info" });
  const origins = "https://shop.example,https://www.shop.example";
  await putParameter(clients, { name: "/shop/prod/allowed-origins", value: origins, type: "StringList" });
  await putParameter(clients, { name: "/shop/prod/payment-api-key", value: password(), type: "SecureString" });
  await createSecret(clients, rotatedSecret, databaseLogin(password()));
  await createSecret(clients, "prod/checkout/keystore", randomBytes(64));
  return [
    "Parameter Store   /shop/prod/log-level         String",
    "Parameter Store   /shop/prod/allowed-origins   StringList",
    "Parameter Store   /shop/prod/payment-api-key   SecureString",
    "Secrets Manager   prod/checkout/db             JSON: username, password",
    "Secrets Manager   prod/checkout/keystore       binary, 64 bytes",
  ];
}

/** Gives the database a new password, in the steps of a real rotation. */
export async function rotateDatabasePassword(
  clients: AwsClients,
): Promise<{ readonly versionId: string; readonly newPassword: string }> {
  const newPassword = password();
  return { versionId: await rotateSecret(clients, rotatedSecret, databaseLogin(newPassword)), newPassword };
}

function databaseLogin(newPassword: string): string {
  return JSON.stringify({ username: "checkout", password: newPassword });
}

function password(): string {
  return randomBytes(18).toString("base64url");
}
