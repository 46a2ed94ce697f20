import { afterAll, afterEach, beforeAll, describe, expect, it } from "@jest/globals";
import { issuerCertificate, leafCertificate, leafKey } from "../../src/values/testing/keystores.ts";
import { createSecret, putParameter, putSecretValue } from "../support/aws.ts";
import { conditionOf, type Served, serve, unique } from "./served.ts";
import { rowsOf, servedObjects } from "./served-objects.ts";

// Sentences that users may rely on, where no other file shows them.

let served: Served;
beforeAll(async () => {
  served = await serve();
}, 120_000);
afterEach(() => served.proxy.setRules([]));
afterAll(() => served?.stop());

const { secretRef, ownRef, live, foreign } = servedObjects(() => served);

/** A parameter in the emulator, and a row of `data` for it. */
async function parameterRow(key: string, value: string, more = ""): Promise<{ name: string; row: string }> {
  const name = `/${unique("relied")}`;
  await putParameter(served.aws, { name, value });
  return { name, row: `    - { key: ${key}, parameterStore: { name: ${name} }${more} }\n` };
}

const nowhere = (key: string, more = "") =>
  `    - { key: ${key}, parameterStore: { name: /${unique("nowhere")} }${more} }\n`;
const denial = { kind: "error", code: "AccessDeniedException", message: "not authorized", status: 400 } as const;

describe("All or nothing per target", () => {
  it("with no good target yet, none is created; the other target of the resource is", async () => {
    const { row } = await parameterRow("THERE", "v");
    const other = await parameterRow("OTHER", "w", ", to: ConfigMap");
    await served.externalValue("nothing", `  data:\n${row}${other.row}${nowhere("ABSENT")}`);
    expect(await served.notReady("nothing", "ValueNotFound")).toContain("key ABSENT");
    expect(await served.secret("nothing")).toBeUndefined();
    expect(await served.configMap("nothing")).toEqual({ OTHER: "w" });
  });

  it("a find without a match is ValueNotFound", async () => {
    await served.externalValue("no-match", `  dataFrom:\n    - { parameterStore: { path: /${unique("no-match")} } }\n`);
    expect(await served.notReady("no-match", "ValueNotFound")).toContain("spec.dataFrom[0]");
    expect(await served.secret("no-match")).toBeUndefined();
  });
});

describe("All or nothing per target, while a dataFrom is re-routed", () => {
  it.each([
    { reason: "required", more: "", ready: "notReady" },
    { reason: "optional", more: ", optional: true", ready: "Degraded" },
  ] as const)("its keys stay in the old target until the new one can be written: $reason", async ({ more, ready }) => {
    const name = unique("moves");
    const path = `/${unique("moves")}`;
    for (const key of ["A", "B"]) await putParameter(served.aws, { name: `${path}/${key}`, value: key });
    const stays = await parameterRow("STAYS", "s");
    const plain = await parameterRow("PLAIN", "p", ", to: ConfigMap");
    const spec = (to: string, interval: string) =>
      `  refreshInterval: ${interval}\n  data:\n${stays.row}${plain.row}  dataFrom:\n    - { to: ${to}, parameterStore: { path: ${path} }${more} }\n`;
    await served.externalValue(name, spec("Secret", "5s"));
    await served.ready(name);
    const all = { A: "A", B: "B", STAYS: "s" };
    expect(await served.secret(name)).toEqual(all);
    served.proxy.setRules([{ containing: path, fault: denial }]);
    const isDegraded = (object: Parameters<typeof conditionOf>[0]) =>
      conditionOf(object, "Degraded")?.reason === "AccessDenied";
    const untilSeen = async () => {
      if (ready === "notReady") expect(await served.notReady(name, "AccessDenied")).toContain("spec.dataFrom[0]");
      else await served.ready(name, isDegraded);
    };
    await served.restart("kill");
    await served.externalValue(name, spec("ConfigMap", "6s"));
    await untilSeen();
    expect(await served.secret(name)).toEqual(all);
    await served.restart("kill");
    await served.externalValue(name, spec("ConfigMap", "5s"));
    await untilSeen();
    expect(await served.secret(name)).toEqual(all);
    expect(await served.configMap(name)).toEqual({ PLAIN: "p" });
    served.proxy.setRules([]);
    await served.ready(name, (object) => !isDegraded(object));
    expect(await served.configMap(name)).toEqual({ A: "A", B: "B", PLAIN: "p" });
    expect(await served.secret(name)).toEqual({ STAYS: "s" });
  });
});

describe("optional", () => {
  it("never there means left out, and the status says so", async () => {
    const { row } = await parameterRow("THERE", "v");
    await served.externalValue("left-out", `  data:\n${row}${nowhere("FLAGS", ", optional: true")}`);
    const object = await served.ready("left-out");
    expect(await served.secret("left-out")).toEqual({ THERE: "v" });
    expect(rowsOf(object)).toContainEqual(expect.objectContaining({ key: "FLAGS", state: "Missing" }));
  });

  it("unreadable means that the last value stays, read back from the target, and Degraded, also over a start", async () => {
    const { row } = await parameterRow("THERE", "v");
    const flags = await parameterRow("FLAGS", "on", ", optional: true");
    const spec = (interval: string) => `  refreshInterval: ${interval}\n  data:\n${row}${flags.row}`;
    await served.externalValue("kept", spec("5s"));
    await served.ready("kept");
    served.proxy.setRules([{ containing: flags.name, fault: denial }]);
    const isDegraded = (object: Parameters<typeof conditionOf>[0]) =>
      conditionOf(object, "Degraded")?.reason === "AccessDenied";
    await served.ready("kept", isDegraded);
    await served.cluster.patch(secretRef("kept"), { data: { THERE: null } });
    await served.untilSecret("kept", "THERE", "v");
    await served.restart("kill");
    await served.externalValue("kept", spec("6s"));
    await served.ready("kept", isDegraded);
    expect(await served.secret("kept")).toEqual({ THERE: "v", FLAGS: "on" });
    served.proxy.setRules([]);
    await served.ready("kept", (object) => !isDegraded(object));
  });
});

describe("Gone", () => {
  it("a missing version, label or stage is never gone: nothing is pruned", async () => {
    const { name, row } = await parameterRow("THERE", "v");
    const secretId = unique("staged");
    await createSecret(served.aws, secretId, "s");
    const spec = (version: string) =>
      `  refreshInterval: 5s\n  secret: { deletionPolicy: Prune }\n  data:\n${row}    - { key: PINNED, parameterStore: { name: ${name}${version} } }\n`;
    await served.externalValue("pinned", spec(", version: 1"));
    await served.ready("pinned");
    for (const version of [", version: 7", ", label: nowhere"]) {
      await served.externalValue("pinned", spec(version));
      await served.notReady("pinned", "ValueNotFound");
      expect(await served.secret("pinned")).toEqual({ THERE: "v", PINNED: "v" });
    }
    await served.externalValue(
      "pinned",
      `  secret: { deletionPolicy: Prune }\n  data:\n${row}    - { key: PINNED, secretsManager: { secretId: ${secretId}, versionStage: NOWHERE } }\n`,
    );
    await served.notReady("pinned", "ValueNotFound");
    expect(await served.secret("pinned")).toEqual({ THERE: "v", PINNED: "v" });
  });
});

describe("Gone: what is denied, undecryptable or malformed never is", () => {
  it("nothing is pruned, and the key is named", async () => {
    const { row } = await parameterRow("THERE", "v");
    const secretId = unique("unread");
    await createSecret(served.aws, secretId, JSON.stringify({ part: "p" }));
    const whole = { THERE: "v", PART: "p" };
    const spec = `  refreshInterval: 5s\n  secret: { deletionPolicy: Prune }\n  data:\n${row}    - { key: PART, secretsManager: { secretId: ${secretId} }, jsonKey: part }\n`;
    await served.externalValue("unread", spec);
    await served.ready("unread");
    const undecryptable = { ...denial, code: "DecryptionFailure", message: "the key is disabled" };
    for (const [fault, reason] of [
      [denial, "AccessDenied"],
      [undecryptable, "ValueInvalid"],
    ] as const) {
      served.proxy.setRules([{ containing: secretId, fault }]);
      expect(await served.notReady("unread", reason)).toContain("key PART");
      expect(await served.secret("unread")).toEqual(whole);
      served.proxy.setRules([]);
      await served.ready("unread");
    }
    await putSecretValue(served.aws, secretId, "no JSON");
    expect(await served.notReady("unread", "ValueInvalid")).toContain("key PART");
    expect(await served.secret("unread")).toEqual(whole);
  });

  it("a find that fails on any page removes nothing", async () => {
    const path = `/${unique("pages")}`;
    const keys = Array.from({ length: 12 }, (_, index) => `K${index}`);
    for (const key of keys) await putParameter(served.aws, { name: `${path}/${key}`, value: key });
    const name = unique("pages");
    await served.externalValue(
      name,
      `  refreshInterval: 5s\n  secret: { deletionPolicy: Prune }\n  dataFrom:\n    - { parameterStore: { path: ${path} } }\n`,
    );
    await served.ready(name);
    const before = await live(name);
    expect(Object.keys(before.data ?? {})).toHaveLength(12);
    // The first page is read, and the second one is refused.
    served.proxy.setRules([{ operation: "GetParametersByPath", containing: "NextToken", fault: denial }]);
    await served.notReady(name, "AccessDenied");
    expect((await live(name)).metadata.resourceVersion).toBe(before.metadata.resourceVersion);
  });
});

describe("Freshness", () => {
  it("a spec edit may use what is fresh enough: it asks AWS for nothing", async () => {
    const { name, row } = await parameterRow("LEVEL", "one");
    const spec = (label: string) => `  refreshInterval: 1h\n  secret: { labels: { l: ${label} } }\n  data:\n${row}`;
    await served.externalValue("fresh", spec("one"));
    await served.ready("fresh");
    await putParameter(served.aws, { name, value: "two" });
    // An answer would be an error, and so be seen.
    served.proxy.setRules([{ containing: name, fault: denial }]);
    await served.externalValue("fresh", spec("two"));
    await served.ready("fresh", (object) => conditionOf(object, "Degraded")?.status !== "True");
    expect((await live("fresh")).metadata.labels).toMatchObject({ l: "two" });
    expect(await served.secret("fresh")).toEqual({ LEVEL: "one" });
  });
});

describe("OnChange", () => {
  it("an edit of the spec reads anew", async () => {
    const { name, row } = await parameterRow("LEVEL", "one");
    await served.externalValue("edited", `  refreshPolicy: OnChange\n  data:\n${row}`);
    await served.ready("edited");
    await putParameter(served.aws, { name, value: "two" });
    await served.externalValue("edited", `  refreshPolicy: OnChange\n  secret: { labels: { a: b } }\n  data:\n${row}`);
    await served.untilSecret("edited", "LEVEL", "two");
  });
});

describe("Ownership", () => {
  it("each ExternalValue has a field manager of its own, hashed where its name is too long; no owner is blocked", async () => {
    const { row } = await parameterRow("A", "v");
    const names = ["short", ...["a", "b"].map((end) => `${"long-".repeat(40)}${end}`)];
    for (const name of names) {
      await served.externalValue(name, `  secret: { name: managed-${name.length}-${name.at(-1)} }\n  data:\n${row}`);
    }
    const managers = [];
    for (const name of names) {
      await served.ready(name);
      const { metadata } = await live(`managed-${name.length}-${name.at(-1)}`);
      managers.push(metadata.managedFields?.[0]?.manager);
      expect(metadata.ownerReferences).toEqual([
        expect.not.objectContaining({ blockOwnerDeletion: expect.anything() }),
      ]);
    }
    expect(managers[0]).toBe("external-values/short");
    expect(new Set(managers).size).toBe(3);
  });

  it("CreateOrMerge: merges into what is there, and keeps what is not ours", async () => {
    const { row } = await parameterRow("OURS", "v");
    await foreign("there", { THEIRS: "x" });
    const before = await live("there");
    await served.externalValue("there", `  secret: { creationPolicy: CreateOrMerge }\n  data:\n${row}`);
    await served.ready("there");
    expect(await served.secret("there")).toEqual({ THEIRS: "x", OURS: "v" });
    const after = await live("there");
    expect(after.metadata.uid).toBe(before.metadata.uid);
    expect(after.metadata.ownerReferences).toBeUndefined();
  });
});

describe("Deleting", () => {
  it("merged keys stay when their ExternalValue is deleted", async () => {
    const { row } = await parameterRow("OURS", "v");
    await foreign("remains", { THEIRS: "x" });
    await served.externalValue("leaves", `  secret: { name: remains, creationPolicy: Merge }\n  data:\n${row}`);
    await served.ready("leaves");
    const before = await live("remains");
    await served.cluster.delete(ownRef("leaves"));
    await served.cluster.untilGone(ownRef("leaves"));
    await served.externalValue("marker", `  data:\n${row}`);
    await served.ready("marker");
    expect(await live("remains")).toEqual(before);
  });
});

describe("Templates and JSON", () => {
  it("templates see every key, whatever its characters; labels and annotations may be templates", async () => {
    const secretId = unique("templates");
    await createSecret(served.aws, secretId, JSON.stringify({ "any.key": "a b/c'", user: "shop" }));
    const { row } = await parameterRow("TIER", "gold");
    const template = {
      data: {
        URL: 'db://{{ DB_USER | url_encode }}:{{ values["any.key"] | url_encode }}@host',
        DEFAULTED: '{{ values["nothing"] | default: "d" }}',
      },
    };
    const spec = {
      labels: { tier: "{{ TIER }}" },
      annotations: { note: "tier {{ TIER }}" },
      template,
    };
    await served.externalValue(
      "templated",
      `  secret: ${JSON.stringify(spec)}\n  data:\n${row}    - { key: DB_USER, to: Template, secretsManager: { secretId: ${secretId} }, jsonKey: user }\n    - { key: any.key, secretsManager: { secretId: ${secretId} }, jsonKey: any.key }\n`,
    );
    await served.ready("templated");
    expect(await served.secret("templated")).toEqual({
      TIER: "gold",
      "any.key": "a b/c'",
      URL: `db://shop:${encodeURIComponent("a b/c'")}@host`,
      DEFAULTED: "d",
    });
    expect((await live("templated")).metadata).toMatchObject({
      labels: { tier: "gold" },
      annotations: { note: "tier gold" },
    });
  });

  it("A render is a pure function of its inputs: no clock, no randomness; salts derive from uid, key and inputs", async () => {
    const secretId = unique("pure");
    const certificates = `${leafCertificate}\n${issuerCertificate}`;
    await createSecret(
      served.aws,
      secretId,
      JSON.stringify({ PASSWORD: "hunter2", CERTIFICATES: certificates, KEY: leafKey }),
    );
    const data = {
      HASH: "{{ PASSWORD | bcrypt: 4 }}",
      AGAIN: "{{ PASSWORD | bcrypt: 4 }}",
      ".htpasswd": '{{ "admin" | htpasswd: PASSWORD, 4 }}',
      "keystore.p12": '{{ CERTIFICATES | to_pkcs12: KEY, PASSWORD, "app" }}',
    };
    const variables = Object.keys({ PASSWORD: "", CERTIFICATES: "", KEY: "" }).map(
      (key) => `    - { key: ${key}, to: Template, secretsManager: { secretId: ${secretId} }, jsonKey: ${key} }\n`,
    );
    for (const name of ["pure", "pure-too"]) {
      const target = JSON.stringify({ template: { data } });
      await served.externalValue(name, `  refreshInterval: 1h\n  secret: ${target}\n  data:\n${variables.join("")}`);
      await served.ready(name);
    }
    const before = await live("pure");
    expect(Object.keys(before.data ?? {}).sort()).toEqual(Object.keys(data).sort());

    // Another process, and a read of its own: not even the resourceVersion has moved.
    await served.restart("kill");
    await served.cluster.patch(ownRef("pure"), { metadata: { annotations: { "externalvalues.dev/refresh": "now" } } });
    await served.ready("pure", ({ status }) => status?.["lastHandledRefresh"] === "now");
    expect((await live("pure")).metadata.resourceVersion).toBe(before.metadata.resourceVersion);

    // The same inputs give the same bytes, and so no change of data, where it is made again.
    await served.cluster.delete(secretRef("pure"));
    const again = await served.cluster.until(
      secretRef("pure"),
      ({ metadata }) => metadata.uid !== before.metadata.uid,
      {
        what: "the deleted Secret is back",
      },
    );
    expect(again.data).toEqual(before.data);
    expect(again.metadata.annotations).toMatchObject({ "externalvalues.dev/data-version": "1" });

    // Another uid or another key: another salt.
    const other = (await live("pure-too")).data ?? {};
    for (const key of Object.keys(data)) expect(other[key]).not.toBe(before.data?.[key]);
    expect(before.data?.["AGAIN"]).not.toBe(before.data?.["HASH"]);
  });

  it.each([
    { reason: "a ConfigMap's template", block: `configMap: { template: { data: { URL: "{{ SEALED }}" } } }` },
    { reason: "a label", block: `secret: { labels: { sealed: "{{ SEALED }}" } }` },
    { reason: "an annotation", block: `configMap: { annotations: { sealed: "{{ SEALED }}" } }` },
  ])("what may not stand in a ConfigMap is SpecInvalid in $reason", async ({ block }) => {
    const name = unique("sealed");
    const parameter = `/${unique("sealed")}`;
    await putParameter(served.aws, { name: parameter, value: "s", type: "SecureString" });
    const plain = await parameterRow("PLAIN", "v", ", to: ConfigMap");
    await served.externalValue(
      name,
      `  ${block}\n  data:\n${plain.row}    - { key: SEALED, parameterStore: { name: ${parameter} } }\n`,
    );
    expect(await served.notReady(name, "SpecInvalid")).toContain("SEALED");
  });

  it("an unknown variable is an error that names it, and nothing is written", async () => {
    const { row } = await parameterRow("A", "v");
    await served.externalValue("unknown", `  secret: { template: { data: { B: "{{ NOTHING }}" } } }\n  data:\n${row}`);
    expect(await served.notReady("unknown", "TemplateFailed")).toContain("NOTHING");
    expect(await served.secret("unknown")).toBeUndefined();
  });

  it("JSON numbers keep their source text; objects and arrays come as compact JSON", async () => {
    const secretId = unique("json");
    await createSecret(
      served.aws,
      secretId,
      '{ "id": 12345678901234567890, "rate": 1.50, "list": [ 1, { "a": 2.0 } ] }',
    );
    await served.externalValue("json", `  dataFrom:\n    - { secretsManager: { secretId: ${secretId} } }\n`);
    await served.ready("json");
    expect(await served.secret("json")).toEqual({
      id: "12345678901234567890",
      rate: "1.50",
      list: '[1,{"a":2.0}]',
    });
  });
});
