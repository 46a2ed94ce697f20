import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { encodingsOf, leaksIn } from "./support/encodings.ts";
import { type FaultBench, type Place, startFaultBench } from "./support/fault-bench.ts";
import { recordFault } from "./support/fault-record.ts";

// Unique values on every way through the operator, and on every way of failing; then everything that it says, at the
// level debug, is searched for them in every form.

let bench: FaultBench;
let place: Place;
const canaries = new Map<string, string>();

/** A value that no encoding leaves as it is, and that is nowhere else. */
function canary(name: string): string {
  const value = `cAn4ry-${randomBytes(9).toString("hex")}"+/&ü?`;
  canaries.set(name, value);
  return value;
}

const secretId = (name: string) => `${place.namespace}/${name}`;
const parameter = (name: string) => `/${place.namespace}/${name}`;

beforeAll(async () => {
  bench = await startFaultBench();
  place = await bench.createPlace();
  await bench.fake.putParameter({ name: parameter("string"), value: canary("String") });
  await bench.fake.putParameter({ name: parameter("secure"), value: canary("SecureString"), type: "SecureString" });
  await bench.fake.putSecret({ name: secretId("text"), value: canary("secret") });
  const json = {
    password: canary("JSON key"),
    nested: { deep: canary("nested JSON key") },
    list: [canary("JSON list")],
  };
  await bench.fake.putSecret({ name: secretId("json"), value: JSON.stringify(json) });
  const binary = Buffer.concat([Buffer.from([0, 255, 254]), Buffer.from(canary("binary"))]);
  await bench.fake.putBinarySecret({ name: secretId("binary"), base64: binary.toString("base64") });
  await bench.fake.putSecret({
    name: secretId("large"),
    value: canary("large").padEnd(60_000, canary("large, repeated")),
  });
}, 120_000);
afterAll(() => bench?.stop());

/** All that anybody can read of the operator without the right to read Secrets. */
async function everythingSaid(): Promise<ReadonlyMap<string, string>> {
  const { cluster, installed } = bench;
  const events = { apiVersion: "events.k8s.io/v1", kind: "Event" };
  const group = "externalvalues.dev/v1alpha1";
  const [output, metrics, ours, told, operators, store, secrets, configMaps] = await Promise.all([
    bench.operator().output(),
    bench.operator().metrics(),
    cluster.list({ apiVersion: group, kind: "ExternalValue" }, place.namespace),
    cluster.list(events, place.namespace),
    cluster.list(events, installed.namespace),
    cluster.get({ apiVersion: group, kind: "ClusterValueStore", name: place.store }),
    cluster.list({ apiVersion: "v1", kind: "Secret" }, place.namespace),
    cluster.list({ apiVersion: "v1", kind: "ConfigMap" }, place.namespace),
  ]);
  return new Map([
    ["logs", output],
    ["metrics", metrics],
    ["statuses", JSON.stringify(ours.map(({ status, metadata }) => ({ status, metadata })))],
    ["Events", JSON.stringify([...told, ...operators])],
    ["the store", JSON.stringify(store)],
    ["metadata of Secrets", JSON.stringify(secrets.map(({ metadata }) => metadata))],
    ["metadata of ConfigMaps", JSON.stringify(configMaps.map(({ metadata }) => metadata))],
  ]);
}

async function expectNoLeak(): Promise<void> {
  for (const [where, text] of await everythingSaid()) {
    expect({ where, leaks: leaksIn(text, canaries) }).toEqual({ where, leaks: [] });
  }
}

const paths: readonly { readonly name: string; readonly spec: () => string; readonly ready: "True" | "False" }[] = [
  {
    name: "every-way",
    ready: "True",
    spec: () => `
  refreshInterval: 5s
  secret:
    template: { data: { URL: "x://{{ TEXT | url_encode }}@host", ALL: "{{ values['TEXT'] | json }}" } }
  data:
    - { key: STRING, parameterStore: { name: ${parameter("string")} } }
    - { key: SECURE, parameterStore: { name: ${parameter("secure")} } }
    - { key: TEXT, secretsManager: { secretId: ${secretId("text")} } }
    - { key: JSON_KEY, secretsManager: { secretId: ${secretId("json")} }, jsonKey: password }
    - { key: POINTER, secretsManager: { secretId: ${secretId("json")} }, jsonKey: /nested/deep }
    - { key: PATH, secretsManager: { secretId: ${secretId("json")} }, jmesPath: "list[0]" }
    - { key: BINARY, secretsManager: { secretId: ${secretId("binary")} } }
  dataFrom:
    - { secretsManager: { secretId: ${secretId("json")} } }
`,
  },
  { name: "no-such-key", ready: "False", spec: () => one(secretId("json"), "jsonKey: missing") },
  { name: "no-json", ready: "False", spec: () => one(secretId("text"), "jsonKey: password") },
  { name: "no-base64", ready: "False", spec: () => one(secretId("text"), "decode: Base64") },
  { name: "no-path", ready: "False", spec: () => one(secretId("json"), 'jmesPath: "password.deep[0]"') },
  { name: "bad-path", ready: "False", spec: () => one(secretId("text"), 'jmesPath: "to_number(@)"') },
  { name: "into-config-map", ready: "False", spec: () => one(secretId("text"), "to: ConfigMap") },
  {
    name: "template-fails",
    ready: "False",
    spec: () =>
      `  secret: { template: { data: { X: "{{ V | json_key: 'none' }}{{ unknown }}" } } }\n${one(secretId("text"))}`,
  },
  {
    name: "filter-fails",
    ready: "False",
    spec: () =>
      `  secret: { template: { data: { X: "{{ V | base64_decode | pkcs12_key }}" } } }\n${one(secretId("text"))}`,
  },
  {
    name: "typed-secret",
    ready: "False",
    spec: () => `  secret: { type: kubernetes.io/dockerconfigjson }\n${one(secretId("text"), "", ".dockerconfigjson")}`,
  },
  {
    name: "no-dataform",
    ready: "False",
    spec: () => `  dataFrom: [{ secretsManager: { secretId: ${secretId("text")} } }]\n`,
  },
  {
    name: "too-large",
    ready: "False",
    spec: () =>
      `  data:\n${Array.from({ length: 20 }, (_, index) => `    - { key: L${index}, secretsManager: { secretId: ${secretId("large")} } }`).join("\n")}\n`,
  },
];

function one(id: string, more = "", key = "V"): string {
  return `  data:\n    - { key: ${key}, secretsManager: { secretId: ${id} }${more === "" ? "" : `, ${more}`} }\n`;
}

describe("nothing of a value is told", () => {
  test.each(paths)("$name", async ({ name, spec, ready }) => {
    await place.apply(name, spec());
    await place.until(name, ready);
    await expectNoLeak();
  });

  test("when AWS fails in every way, the API server refuses, and the process is killed and stopped", async () => {
    const faults = [
      { kind: "throttle" },
      { kind: "error", code: "AccessDeniedException" },
      { kind: "error", code: "InternalServerError", status: 500 },
      { kind: "cutAfterForwarding" },
      { kind: "rubbish", body: `{"SecretString": "${canary("half an answer")}` },
    ] as const;
    for (const fault of faults) {
      bench.aws.setRules([{ fault, times: 3 }]);
      await bench.cluster.patch(place.ref("every-way"), {
        metadata: { annotations: { "externalvalues.dev/refresh": fault.kind } },
      });
      await delay(700);
    }
    bench.aws.setRules([]);
    bench.api.reset();
    bench.api.setRules([
      {
        resource: "secrets",
        verb: "create",
        times: 1,
        fault: { kind: "status", code: 422, reason: "Invalid", message: `data: ${canaries.get("secret")}` },
      },
      { resource: "secrets", verb: "create", times: 2, fault: { kind: "cutAfterForwarding" } },
    ]);
    await bench.fake.putSecret({ name: secretId("text"), value: canary("changed") });
    await bench.cluster.delete({ apiVersion: "v1", kind: "Secret", name: "every-way", namespace: place.namespace });
    await place.untilSecret("every-way", "TEXT", canaries.get("changed") ?? "", 40_000);
    expect(bench.api.entries().filter(({ fault }) => fault !== undefined).length).toBeGreaterThanOrEqual(2);
    await expectNoLeak();
    await bench.operator().stop();
    expect(leaksIn(await bench.operator().output(), canaries)).toEqual([]);
    recordFault({
      suite: "Leaks",
      fault: "unique values through every path and every way of failing",
      injected: paths.length + faults.length + 4,
      seen: `${canaries.size} values in ${encodingsOf("a").size} forms each: none in logs at debug, Events, statuses, metrics, metadata`,
    });
  }, 120_000);
});
