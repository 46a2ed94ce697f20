import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:https";
import { type AddressInfo, createServer as createTcpServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { selfSigned } from "../fakes/self-signed.ts";
import { clientConfig } from "./client-config.ts";
import { createConnections } from "./connections.ts";

const identity = selfSigned();
const answer = { Parameters: [{ Name: "/x", Value: "v", Type: "String", Version: 1, ARN: "arn" }] };
const server = createServer(identity, (_request, response) => {
  response.writeHead(200, { "content-type": "application/x-amz-json-1.1" }).end(JSON.stringify(answer));
});
const folder = mkdtempSync(join(tmpdir(), "authority-"));
const bundle = join(folder, "authority.pem");

beforeAll(async () => {
  writeFileSync(bundle, identity.cert);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  rmSync(folder, { recursive: true });
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

const portOf = (listening: Pick<Server, "address">): number => (listening.address() as AddressInfo).port;

/** Reads from an endpoint whose certificate comes from a private authority. */
async function read(environment: Record<string, string>, port = portOf(server)): Promise<unknown> {
  const connections = createConnections({ environment, requestTimeoutMs: 1000 });
  const endpoint = `https://127.0.0.1:${port}`;
  const client = new SSMClient({
    ...clientConfig({ region: "eu-west-1", endpoint, connections }),
    credentials: { accessKeyId: "AKIA", secretAccessKey: "x" },
  });
  try {
    return (await client.send(new GetParametersCommand({ Names: ["/x"] }))).Parameters?.[0]?.Value;
  } finally {
    client.destroy();
    connections.close();
  }
}

describe("an endpoint with a certificate of a private authority", () => {
  it("is trusted where AWS_CA_BUNDLE names the authority", async () => {
    expect(await read({ AWS_CA_BUNDLE: bundle })).toBe("v");
  });

  it("is not trusted otherwise", async () => {
    await expect(read({})).rejects.toThrow(/self-signed/);
  });

  it("that never shakes hands is given up after the time for a request", async () => {
    const silent = createTcpServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    try {
      await expect(read({}, portOf(silent))).rejects.toMatchObject({ name: "TimeoutError" });
    } finally {
      silent.close();
    }
  });

  it("is named where the bundle cannot be read", () => {
    const missing = join(folder, "missing.pem");
    expect(() => createConnections({ environment: { AWS_CA_BUNDLE: missing } })).toThrow(missing);
  });
});
