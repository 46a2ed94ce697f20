import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "@jest/globals";
import { createSecret, putParameter } from "../support/aws.ts";
import { eventually } from "../support/eventually.ts";
import { resourceVersions } from "../support/resource-versions.ts";
import { sharedEnvironment } from "../support/shared-environment.ts";
import { type Served, serve, unique } from "./served.ts";

// 100 resources that read 300 parameters and 40 secrets.
const resources = 100;
const parametersEach = 3;
const secrets = 40;
const floor = { GetParameters: (resources * parametersEach) / 10, BatchGetSecretValue: secrets / 20 };
const intervalMs = 10_000;

const environment = sharedEnvironment();
let served: Served;
let base: string;

beforeAll(async () => {
  served = await serve();
  base = unique("quiet");
  for (let index = 0; index < resources * parametersEach; index++) {
    await putParameter(served.aws, { name: `/${base}/${index}`, value: `parameter ${index}` });
  }
  for (let index = 0; index < secrets; index++) await createSecret(served.aws, `${base}/${index}`, `secret ${index}`);
  for (let index = 0; index < resources; index++) await served.externalValue(`quiet-${index}`, specOf(index));
  for (let index = 0; index < resources; index++) await served.ready(`quiet-${index}`);
}, 180_000);
afterAll(() => served?.stop());

function specOf(index: number): string {
  const parameters = Array.from(
    { length: parametersEach },
    (_, part) => `    - { key: P${part}, parameterStore: { name: /${base}/${index * parametersEach + part} } }`,
  );
  const secret = `    - { key: S, secretsManager: { secretId: ${base}/${index % secrets} } }`;
  return `  refreshInterval: ${intervalMs / 1000}s\n  data:\n${[...parameters, secret].join("\n")}\n`;
}

/**
 * What the operator asked of the API server since a position in the audit log, watches apart: for what stands in the
 * namespace, its store, and what it asked of the whole cluster. Other suites' resources, and Leases, stand in other
 * namespaces: a resource without a store is everybody's to report.
 */
function requestsSince(position: number): readonly string[] {
  const user = `system:serviceaccount:${served.installed.namespace}:`;
  return readFileSync(environment.auditLog ?? "", "utf8")
    .slice(position)
    .split("\n")
    .filter((line) => line.includes(user))
    .map((line) => JSON.parse(line))
    .filter(({ stage, verb, objectRef }) => stage === "ResponseComplete" && verb !== "watch" && isOurs(objectRef ?? {}))
    .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource}`);
}

function isOurs({ namespace, name }: { readonly namespace?: string; readonly name?: string }): boolean {
  if (namespace !== undefined) return namespace === served.namespace;
  return name === undefined || name === served.store;
}

const writesSince = (position: number): readonly string[] =>
  requestsSince(position).filter((request) => !/^(get|list) /.test(request));

const auditPosition = (): number => readFileSync(environment.auditLog ?? "", "utf8").length;

const versions = () => resourceVersions(served.cluster, served.namespace);

/** Waits until so many calls of an operation have been made since the proxy was reset. */
async function untilCalls(operation: string, calls: number): Promise<void> {
  await eventually(() => (served.proxy.counts()[operation] ?? 0) >= calls || undefined, {
    what: `${calls} calls of ${operation}`,
    timeoutMs: 3 * intervalMs,
  });
}

describe("nothing is wasted", () => {
  it("a cycle without change makes 30 + 2 AWS calls, and asks nothing of the API server", async () => {
    // Phases settle in the first cycle after the start.
    served.proxy.reset();
    await untilCalls("GetParameters", floor.GetParameters);
    const before = await versions();
    const position = auditPosition();
    served.proxy.reset();
    const cycles = 2;
    await untilCalls("GetParameters", cycles * floor.GetParameters);
    const counts = served.proxy.counts();
    // The last cycle may have begun anew for a slot at the moment when it is looked at.
    expect(counts["GetParameters"]).toBeLessThanOrEqual(cycles * floor.GetParameters + 2);
    expect(counts["BatchGetSecretValue"]).toBeLessThanOrEqual(cycles * floor.BatchGetSecretValue + 2);
    expect(Object.keys(counts).sort()).toEqual(["BatchGetSecretValue", "GetParameters"]);
    expect(requestsSince(position)).toEqual([]);
    expect(await versions()).toEqual(before);
  }, 120_000);

  it("a restart of the operator with nothing changed moves no resourceVersion", async () => {
    const before = await versions();
    served.proxy.reset();
    const position = auditPosition();
    await served.restart("stop");
    await untilCalls("GetParameters", 2 * floor.GetParameters);
    expect(await versions()).toEqual(before);
    expect(writesSince(position)).toEqual([]);
  }, 120_000);
});
