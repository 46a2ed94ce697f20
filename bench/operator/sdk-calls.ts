import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { BatchGetSecretValueCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { GetParametersCommand, SSMClient } from "@aws-sdk/client-ssm";

// What the SDK's clients alone take for the calls of a quiet cycle, in a process of its own: each call of the floor once,
// in as many bursts an interval as the operator makes. A cycle in one go comes first, so that what is measured is warm.
// Prints {"cpuSeconds","residentMebibytes"}.
const { values } = parseArgs({
  options: {
    endpoint: { type: "string", default: "" },
    region: { type: "string", default: "" },
    resources: { type: "string", default: "1000" },
    /** Milliseconds that the bursts are spread over. */
    spread: { type: "string", default: "60000" },
  },
});

const bursts = 12;
const atATime = 16;
const resources = Number(values.resources);
const settings = {
  region: values.region,
  endpoint: values.endpoint,
  credentials: { accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "none" },
};
const ssm = new SSMClient(settings);
const secretsManager = new SecretsManagerClient(settings);

const parameters = Array.from({ length: resources * 4 }, (_, index) => `/own/${index}`);
const secrets = Array.from({ length: resources }, (_, index) => `own/${index}`);
const calls = [
  ...tens(["/shared/0", "/shared/1", ...parameters], 10).map(
    (Names) => () => ssm.send(new GetParametersCommand({ Names, WithDecryption: true })),
  ),
  ...tens(secrets, 20).map(
    (SecretIdList) => () => secretsManager.send(new BatchGetSecretValueCommand({ SecretIdList })),
  ),
];

await burst(calls);
const before = process.cpuUsage();
const size = Math.ceil(calls.length / bursts);
for (let index = 0; index < bursts; index++) {
  const began = performance.now();
  await burst(calls.slice(index * size, (index + 1) * size));
  await sleep(Math.max(0, Number(values.spread) / bursts - (performance.now() - began)));
}
const { user, system } = process.cpuUsage(before);
const residentMebibytes = process.memoryUsage.rss() / 2 ** 20;
process.stdout.write(`${JSON.stringify({ cpuSeconds: (user + system) / 1e6, residentMebibytes })}\n`);
ssm.destroy();
secretsManager.destroy();

async function burst(some: readonly (() => Promise<unknown>)[]): Promise<void> {
  const waiting = some.values();
  const run = async (): Promise<void> => {
    for (const call of waiting) await call();
  };
  await Promise.all(Array.from({ length: atATime }, run));
}

function tens(names: readonly string[], of: number): string[][] {
  return Array.from({ length: Math.ceil(names.length / of) }, (_, index) => names.slice(index * of, (index + 1) * of));
}
