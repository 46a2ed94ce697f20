import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { fromDefaultChain } from "./default-chain.ts";

// The agent of EKS Pod Identity as its container credential protocol is documented: a token from a projected file, read
// anew each time, for credentials that expire.

const before = { ...process.env };
let folder: string;
let agent: Server;
let presented: string[];
let answer: { readonly status: number; readonly body: object };

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "pod-identity-"));
  presented = [];
  answer = {
    status: 200,
    body: {
      AccessKeyId: "ASIAPOD",
      SecretAccessKey: "s3cr3t",
      Token: "session",
      AccountId: "123456789012",
      Expiration: "2099-01-01T00:00:00Z",
    },
  };
  agent = createServer((request, response) => {
    presented.push(request.headers.authorization ?? "");
    response.writeHead(answer.status, { "content-type": "application/json" }).end(JSON.stringify(answer.body));
  });
  await new Promise<void>((resolve) => agent.listen(0, "127.0.0.1", resolve));
  // Nothing of this machine's own.
  for (const name of Object.keys(process.env).filter((each) => each.startsWith("AWS_"))) delete process.env[name];
  Object.assign(process.env, {
    HOME: folder,
    AWS_EC2_METADATA_DISABLED: "true",
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://127.0.0.1:${(agent.address() as AddressInfo).port}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(folder, "token"),
  });
  writeFileSync(join(folder, "token"), "first");
});

afterEach(async () => {
  process.env = { ...before };
  rmSync(folder, { recursive: true });
  agent.closeAllConnections();
  await new Promise((resolve) => agent.close(resolve));
});

describe("EKS Pod Identity", () => {
  it("gives credentials with their end, for the token in the projected file", async () => {
    expect(await fromDefaultChain("eu-west-1")).toEqual({
      credentials: {
        accessKeyId: "ASIAPOD",
        secretAccessKey: "s3cr3t",
        sessionToken: "session",
        expiration: new Date("2099-01-01T00:00:00Z"),
      },
    });
    expect(presented).toEqual(["first"]);
  });

  it("is asked with the token of the moment, which the kubelet renews", async () => {
    await fromDefaultChain("eu-west-1");
    writeFileSync(join(folder, "token"), "second");
    await fromDefaultChain("eu-west-1");
    expect(presented).toEqual(["first", "second"]);
  });

  it("that refuses is a failure, and no other identity is taken in its place", async () => {
    answer = { status: 404, body: { message: "no association" } };
    await expect(fromDefaultChain("eu-west-1")).rejects.toThrow();
    expect(presented.length).toBeGreaterThan(0);
  });
});
