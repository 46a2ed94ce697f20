import { DeleteParameterCommand } from "@aws-sdk/client-ssm";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { createSecret, putParameter, putSecretValue } from "../support/aws.ts";
import { secretValue } from "../support/canary.ts";
import { type Served, serve, unique } from "./served.ts";

let served: Served;
beforeAll(async () => {
  served = await serve();
}, 120_000);
afterEach(() => served.proxy.setRules([]));
afterAll(() => served?.stop());

const secretRef = (name: string) => ({ apiVersion: "v1", kind: "Secret", name, namespace: served.namespace });
const versionOf = async (name: string) => (await served.cluster.get(secretRef(name)))?.metadata.resourceVersion;

/** A good target out of a JSON secret and a parameter, refreshed every five seconds. */
async function good(name: string) {
  const secretId = unique("secret");
  const parameter = `/${unique("parameter")}`;
  await createSecret(served.aws, secretId, JSON.stringify({ password: secretValue("first") }));
  await putParameter(served.aws, { name: parameter, value: "info" });
  const items = `
    - { key: PASSWORD, secretsManager: { secretId: ${secretId} }, jsonKey: password }
    - { key: LEVEL, parameterStore: { name: ${parameter} } }`;
  await served.externalValue(name, `  refreshInterval: 5s\n  data:${items}\n`);
  await served.ready(name);
  return { secretId, parameter, items, before: await versionOf(name) };
}

// In each failure: the last good target is untouched, the condition names the key and what to do, and recovery needs no
// hand beyond mending the cause.
describe("what goes wrong, and how it heals", () => {
  it("a missing name", async () => {
    const { parameter, before } = await good("missing");
    await served.aws.parameterStore.send(new DeleteParameterCommand({ Name: parameter }));
    const message = await served.notReady("missing", "ValueNotFound");
    expect(message).toContain("key LEVEL");
    expect(message).toContain(`parameter ${parameter}`);
    expect(message).toMatch(/create it or correct the name/);
    expect(await versionOf("missing")).toBe(before);
    await putParameter(served.aws, { name: parameter, value: "debug" });
    await served.untilSecret("missing", "LEVEL", "debug");
    await served.ready("missing");
  });

  it("a denied name, while others of the same batch go on", async () => {
    const { parameter, before } = await good("denied");
    await good("neighbour");
    const denial = { kind: "error", code: "AccessDeniedException", message: "not authorized", status: 400 } as const;
    served.proxy.setRules([{ operation: "GetParameters", containing: parameter, fault: denial }]);
    const message = await served.notReady("denied", "AccessDenied");
    expect(message).toContain("key LEVEL");
    expect(message).toMatch(/allow ssm:GetParameters/);
    expect(await versionOf("denied")).toBe(before);
    await served.ready("neighbour");
    served.proxy.setRules([]);
    await served.ready("denied");
  });

  it("a JSON key that is not there", async () => {
    const { secretId, before } = await good("json");
    await putSecretValue(served.aws, secretId, JSON.stringify({ passphrase: secretValue("second") }));
    const message = await served.notReady("json", "ValueNotFound");
    expect(message).toContain("PASSWORD");
    expect(message).toContain("passphrase");
    expect(await versionOf("json")).toBe(before);
    await putSecretValue(served.aws, secretId, JSON.stringify({ password: secretValue("third") }));
    await served.untilSecret("json", "PASSWORD", secretValue("third"));
    await served.ready("json");
  });

  it("a secret that is no JSON", async () => {
    const { secretId, before } = await good("no-json");
    await putSecretValue(served.aws, secretId, "hunter2-is-no-json");
    const message = await served.notReady("no-json", "ValueInvalid");
    expect(message).toContain("PASSWORD");
    expect(message).not.toContain("hunter2");
    expect(await versionOf("no-json")).toBe(before);
    await putSecretValue(served.aws, secretId, JSON.stringify({ password: secretValue("again") }));
    await served.untilSecret("no-json", "PASSWORD", secretValue("again"));
  });

  it("a type of Secret whose required keys are missing", async () => {
    const { items, before } = await good("typed");
    await served.externalValue(
      "typed",
      `  refreshInterval: 5s\n  secret: { type: kubernetes.io/tls }\n  data:${items}\n`,
    );
    const object = await served.cluster.until(
      { apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue", name: "typed", namespace: served.namespace },
      ({ status, metadata }) =>
        status?.observedGeneration === metadata.generation &&
        (status?.conditions?.some(({ type, status: is }) => type === "Ready" && is === "False") ?? false),
      { what: "typed is refused" },
    );
    expect(JSON.stringify(object.status?.conditions)).toContain("tls.crt");
    expect(await versionOf("typed")).toBe(before);
    await served.externalValue("typed", `  refreshInterval: 5s\n  data:${items}\n`);
    await served.ready("typed");
    expect(await versionOf("typed")).toBe(before);
  });

  it("more than a Secret can hold", async () => {
    const { items, before } = await good("large");
    const secretId = unique("large");
    await createSecret(served.aws, secretId, "x".repeat(60_000));
    const many = Array.from(
      { length: 20 },
      (_, index) => `\n    - { key: K${index}, secretsManager: { secretId: ${secretId} } }`,
    ).join("");
    await served.externalValue("large", `  refreshInterval: 5s\n  data:${items}${many}\n`);
    const message = await served.notReady("large", "TooLarge");
    expect(message).toMatch(/1 MiB|1,?048,?576/);
    expect(await versionOf("large")).toBe(before);
    await served.externalValue("large", `  refreshInterval: 5s\n  data:${items}\n`);
    await served.ready("large");
  });

  it("an endpoint that is down and comes back", async () => {
    const { secretId, before } = await good("outage");
    await served.proxy.down();
    await served.cluster.until(
      { apiVersion: "externalvalues.dev/v1alpha1", kind: "ExternalValue", name: "outage", namespace: served.namespace },
      ({ status }) =>
        status?.conditions?.some(
          ({ type, status: is, reason }) => type === "Degraded" && is === "True" && reason === "AwsUnavailable",
        ) ?? false,
      { what: "outage is Degraded once the freshness promise is broken", timeoutMs: 40_000 },
    );
    await served.ready("outage");
    expect(await versionOf("outage")).toBe(before);
    await served.proxy.up();
    await putSecretValue(served.aws, secretId, JSON.stringify({ password: secretValue("after") }));
    await served.untilSecret("outage", "PASSWORD", secretValue("after"));
    await served.ready(
      "outage",
      ({ status }) =>
        status?.conditions?.some(({ type, status: is }) => type === "Degraded" && is === "False") ?? false,
    );
  });
});
