import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import type { Clock } from "../clock.ts";
import { createSts } from "../credentials/sts.ts";
import { createCircuitRegistry } from "../limits/circuit-registry.ts";
import { createLimiterRegistry } from "../limits/limiter-registry.ts";
import { createConnections } from "./connections.ts";
import { type ScriptedAws, startScriptedAws } from "./scripted-aws.ts";
import { createServiceCalls } from "./service-calls.ts";

const clock: Clock = { now: () => Date.now(), after: () => () => undefined };
const asked = { priority: "refresh", store: "s" } as const;

let proxy: Server;
let tunnels: string[];
let aws: ScriptedAws;
const before = { ...process.env };

beforeEach(async () => {
  tunnels = [];
  proxy = createServer();
  proxy.on("connect", (request, socket) => {
    tunnels.push(request.url ?? "");
    socket.destroy();
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  aws = await startScriptedAws();
});

afterEach(async () => {
  process.env = { ...before };
  proxy.closeAllConnections();
  await new Promise((resolve) => proxy.close(resolve));
  await aws.close();
});

/** Reads a parameter and a secret; where the requests went is what matters, not what became of them. */
async function readIn(
  region: string,
  { environment, endpoint }: { readonly environment?: Record<string, string>; readonly endpoint?: string } = {},
): Promise<void> {
  const connections = createConnections({ environment: environment ?? {}, requestTimeoutMs: 1000 });
  const limits = createLimiterRegistry({ clock, metrics: {} });
  const calls = createServiceCalls({
    region,
    endpoints: endpoint === undefined ? {} : { parameterStore: endpoint, secretsManager: endpoint },
    credentials: { get: async () => ({ accessKeyId: "AKIA", secretAccessKey: "x" }), drop: () => false },
    limiter: (quota) => limits.limiter("a", region, quota),
    circuits: createCircuitRegistry({ clock, random: () => 0, metrics: {} }),
    connections,
    metrics: {},
    clock,
  });
  await calls.getParameters(["/x"], asked).catch(() => undefined);
  await calls.describeSecret("x", asked).catch(() => undefined);
  calls.close();
  connections.close();
}

describe("where requests go", () => {
  // Secrets Manager's names serve both address families; only Parameter Store has one of its own for it.
  it.each<[string, Record<string, string>, string, string]>([
    ["eu-west-1", {}, "ssm.eu-west-1.amazonaws.com:443", "secretsmanager.eu-west-1.amazonaws.com:443"],
    ["cn-north-1", {}, "ssm.cn-north-1.amazonaws.com.cn:443", "secretsmanager.cn-north-1.amazonaws.com.cn:443"],
    ["us-gov-west-1", {}, "ssm.us-gov-west-1.amazonaws.com:443", "secretsmanager.us-gov-west-1.amazonaws.com:443"],
    [
      "us-east-1",
      { AWS_USE_FIPS_ENDPOINT: "true" },
      "ssm-fips.us-east-1.amazonaws.com:443",
      "secretsmanager-fips.us-east-1.amazonaws.com:443",
    ],
    [
      "eu-west-1",
      { AWS_USE_DUALSTACK_ENDPOINT: "true" },
      "ssm.eu-west-1.api.aws:443",
      "secretsmanager.eu-west-1.amazonaws.com:443",
    ],
  ])("of %s under %j: through the proxy to %s", async (...[region, settings, ssm, secretsManager]) => {
    Object.assign(process.env, settings);
    const HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    await readIn(region, { environment: { HTTPS_PROXY } });
    expect([...new Set(tunnels)]).toEqual([ssm, secretsManager]);
  });

  it.each<[string, Record<string, string>, string]>([
    // Of the region, never the global one in us-east-1.
    ["eu-west-1", {}, "sts.eu-west-1.amazonaws.com:443"],
    ["us-east-1", {}, "sts.us-east-1.amazonaws.com:443"],
    ["cn-north-1", {}, "sts.cn-north-1.amazonaws.com.cn:443"],
    ["us-gov-west-1", {}, "sts.us-gov-west-1.amazonaws.com:443"],
    ["us-east-1", { AWS_USE_FIPS_ENDPOINT: "true" }, "sts-fips.us-east-1.amazonaws.com:443"],
    ["eu-west-1", { AWS_USE_DUALSTACK_ENDPOINT: "true" }, "sts.eu-west-1.api.aws:443"],
  ])("for credentials in %s under %j: through the proxy to %s", async (...[region, settings, sts]) => {
    Object.assign(process.env, settings);
    const HTTPS_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    const connections = createConnections({ environment: { HTTPS_PROXY }, requestTimeoutMs: 1000 });
    const asking = createSts({
      connections,
      circuits: createCircuitRegistry({ clock, random: () => 0, metrics: {} }),
      limits: createLimiterRegistry({ clock, metrics: {} }),
      metrics: {},
      clock,
    });
    const credentials = { accessKeyId: "AKIA", secretAccessKey: "x" };
    const request = { roleArn: "arn:aws:iam::123456789012:role/r", sessionName: "s", token: "t" };
    await asking.getCallerIdentity(credentials, { region, store: "s" }).catch(() => undefined);
    await asking.assumeRoleWithWebIdentity(request, { region, store: "s" }).catch(() => undefined);
    connections.close();
    expect([...new Set(tunnels)]).toEqual([sts]);
  });

  it("past the proxy to what NO_PROXY names", async () => {
    const HTTP_PROXY = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    await readIn("eu-west-1", { environment: { HTTP_PROXY, NO_PROXY: "127.0.0.1" }, endpoint: aws.endpoint });
    expect(aws.requests.map(({ operation }) => operation)).toEqual(["GetParameters", "DescribeSecret"]);
  });

  it("to AWS_ENDPOINT_URL, and of one service to its own", async () => {
    process.env["AWS_ENDPOINT_URL"] = "http://127.0.0.1:1";
    process.env["AWS_ENDPOINT_URL_SSM"] = aws.endpoint;
    await readIn("eu-west-1");
    expect(aws.requests.map(({ operation }) => operation)).toEqual(["GetParameters"]);
  });

  it("to a store's endpoint, FIPS or not", async () => {
    process.env["AWS_USE_FIPS_ENDPOINT"] = "true";
    await readIn("eu-west-1", { endpoint: aws.endpoint });
    expect(aws.requests).toHaveLength(2);
  });
});
