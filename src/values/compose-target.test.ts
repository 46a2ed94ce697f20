import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import type { TargetModel } from "../api/model.ts";
import { composeTarget } from "./compose-target.ts";
import type { ShapedKey } from "./contract.ts";
import { compose, shaped, target } from "./testing/samples.ts";

const template = (
  data: Record<string, string>,
  mergePolicy: "Merge" | "Replace" = "Merge",
): TargetModel["template"] => ({
  data,
  from: [],
  mergePolicy,
});
const password = shaped("PASSWORD", "hunter2", { sensitive: true, source: "secretsmanager:prod/db" });

/** Data in order; or the failure. */
async function outcome(
  part: Partial<TargetModel>,
  keys: readonly ShapedKey[],
  templatesFrom: Record<string, string> = {},
) {
  const result = await composeTarget(target(part), keys, { ...compose, templatesFrom });
  return result.ok ? [...result.value.data] : result.failure;
}

describe("data", () => {
  const config = { kind: "ConfigMap" } as const;
  const cases: readonly [string, Partial<TargetModel>, readonly ShapedKey[], readonly unknown[]][] = [
    [
      "keys routed to it, sorted",
      {},
      [shaped("B", "2"), shaped("A", "1"), shaped("C", "3", { to: "ConfigMap" }), shaped("D", "4", { to: "Template" })],
      [
        ["A", "1"],
        ["B", "2"],
      ],
    ],
    ["bytes in a Secret", {}, [shaped("A", Uint8Array.of(104, 105))], [["A", Uint8Array.of(104, 105)]]],
    [
      "UTF-8 bytes become a ConfigMap's text",
      config,
      [shaped("A", Uint8Array.of(104, 105), { to: "ConfigMap" })],
      [["A", "hi"]],
    ],
    [
      "other bytes stay bytes",
      config,
      [shaped("A", Uint8Array.of(255), { to: "ConfigMap" })],
      [["A", Uint8Array.of(255)]],
    ],
    ["a key that yields gives way", {}, [shaped("A", "data"), shaped("A", "found", { yields: true })], [["A", "data"]]],
    [
      "of two that yield the last wins",
      {},
      [shaped("A", "1", { yields: true }), shaped("A", "2", { yields: true })],
      [["A", "2"]],
    ],
    [
      "a template beside plain keys",
      { template: template({ URL: "pg://{{ PASSWORD | url_encode }}" }) },
      [password],
      [
        ["PASSWORD", "hunter2"],
        ["URL", "pg://hunter2"],
      ],
    ],
    [
      "a template instead of plain keys",
      { template: template({ URL: "{{ PASSWORD }}" }, "Replace") },
      [password],
      [["URL", "hunter2"]],
    ],
    [
      "a template over the plain key of its name",
      { template: template({ PASSWORD: "<{{ PASSWORD }}>" }) },
      [password],
      [["PASSWORD", "<hunter2>"]],
    ],
    ["a text that is no template", { template: template({ NOTE: "plain }} text" }) }, [], [["NOTE", "plain }} text"]]],
    [
      "a template sees keys of every route",
      { template: template({ X: "{{ A }}{{ B }}{{ C }}" }, "Replace") },
      [shaped("A", "1"), shaped("B", "2", { to: "ConfigMap" }), shaped("C", "3", { to: "Template" })],
      [["X", "123"]],
    ],
    [
      "of two routes the target's own is the variable",
      { ...config, template: template({ X: "{{ A }}" }, "Replace") },
      [shaped("A", "secret"), shaped("A", "config", { to: "ConfigMap" })],
      [["X", "config"]],
    ],
    [
      "a ConfigMap's template sees what is harmless",
      { ...config, template: template({ X: "{{ A }}" }) },
      [shaped("A", "1"), password],
      [["X", "1"]],
    ],
    ["an empty target", {}, [], []],
  ];
  test.each(cases)("%s", async (_name, part, keys, data) => {
    expect(await outcome(part, keys)).toEqual(data);
  });

  it("renders templates that were read elsewhere", async () => {
    expect(await outcome({ template: template({}) }, [password], { "app.yaml": "p: {{ PASSWORD }}\n" })).toEqual([
      ["PASSWORD", "hunter2"],
      ["app.yaml", "p: hunter2\n"],
    ]);
  });

  it("leaves the worker alone where there is no template", async () => {
    const sandbox = { ...compose.sandbox, render: () => Promise.reject(new Error("not to be called")) };
    const result = await composeTarget(target({ labels: { a: "b" } }), [password], { ...compose, sandbox });
    expect(result).toMatchObject({ ok: true });
  });
});

describe("metadata", () => {
  it("renders labels and annotations from what is harmless", async () => {
    const part = { labels: { team: "{{ TEAM }}", fixed: "x" }, annotations: { "example.com/note": "for {{ TEAM }}!" } };
    const result = await composeTarget(target(part), [shaped("TEAM", "shop"), password], compose);
    expect(result).toMatchObject({
      value: { labels: { team: "shop", fixed: "x" }, annotations: { "example.com/note": "for shop!" } },
    });
  });
});

describe("what is refused, with the exact words", () => {
  const tls = "kubernetes.io/tls";
  const docker = "kubernetes.io/dockerconfigjson";
  const sensitiveAdvice =
    'key "PASSWORD" is sensitive and may not be used here; use a Secret\'s template, or declare it harmless with sensitive: false';
  const cases: readonly [string, Partial<TargetModel>, readonly ShapedKey[], string, string][] = [
    [
      "two keys of one name",
      {},
      [shaped("A", "1"), shaped("A", "2", { source: "secretsmanager:prod/a" })],
      "KeyConflict",
      "key A comes from parameterstore:/A and from secretsmanager:prod/a; rename one with keys.rewrite, leave one out, or let the last one win with keys.onConflict: Last",
    ],
    [
      "a sensitive key in a ConfigMap",
      { kind: "ConfigMap" },
      [shaped("A", "1", { to: "ConfigMap", sensitive: true })],
      "SpecInvalid",
      "key A: it is sensitive and may not go into a ConfigMap",
    ],
    [
      "a sensitive key in a ConfigMap's template",
      { kind: "ConfigMap", template: template({ X: "{{ PASSWORD }}" }) },
      [password],
      "SpecInvalid",
      `spec.configMap.template.data["X"]: line 1: ${sensitiveAdvice}`,
    ],
    [
      "the same by its name in values",
      { kind: "ConfigMap", template: template({ X: "\n{{ values['PASSWORD'] | default: 'x' }}" }) },
      [password],
      "SpecInvalid",
      `spec.configMap.template.data["X"]: line 2: ${sensitiveAdvice}`,
    ],
    [
      "the same by a computed name",
      { kind: "ConfigMap", template: template({ X: "{% assign n = 'PASS' | append: 'WORD' %}{{ values[n] }}" }) },
      [password],
      "SpecInvalid",
      `spec.configMap.template.data["X"]: line 1: ${sensitiveAdvice}`,
    ],
    [
      "the same in a branch that is not taken",
      { kind: "ConfigMap", template: template({ X: "{% if false %}{{ PASSWORD }}{% endif %}" }) },
      [password],
      "SpecInvalid",
      `spec.configMap.template.data["X"]: line 1: ${sensitiveAdvice}`,
    ],
    [
      "a sensitive key in a Secret's label",
      { labels: { a: "{{ PASSWORD }}" } },
      [password],
      "SpecInvalid",
      `spec.secret.labels["a"]: line 1: ${sensitiveAdvice}`,
    ],
    [
      "a sensitive key in an annotation",
      { annotations: { a: "{{ PASSWORD }}" } },
      [password],
      "SpecInvalid",
      `spec.secret.annotations["a"]: line 1: ${sensitiveAdvice}`,
    ],
    [
      "a template's unknown key",
      { template: template({ X: "{{ PASWORD }}" }) },
      [password],
      "TemplateFailed",
      'spec.secret.template.data["X"]: line 1: there is no key "PASWORD"; there are "PASSWORD"; where it may be absent, write values["PASWORD"] | default: …',
    ],
    [
      "a template's key that is none",
      { template: template({ "a b": "x" }) },
      [],
      "SpecInvalid",
      'spec.secret.template.data["a b"]: "a b" cannot be a key: it must consist of letters, digits, "-", "_" and ".", and has " "; correct it',
    ],
    [
      "an own label",
      { labels: { "externalvalues.dev/managed": "x" } },
      [],
      "SpecInvalid",
      'spec.secret.labels["externalvalues.dev/managed"] must not start with externalvalues.dev/, which is the operator\'s own',
    ],
    [
      "a label's bad name",
      { labels: { "a b": "x" } },
      [],
      "SpecInvalid",
      'spec.secret.labels["a b"] must be named as Kubernetes wants it: name, or domain/name',
    ],
    [
      "a label's bad value",
      { labels: { a: "x y" } },
      [],
      "SpecInvalid",
      'spec.secret.labels["a"] must be a label value: at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends; this one has 3 characters',
    ],
    [
      "a label that renders to a bad value",
      { kind: "ConfigMap", labels: { a: "{{ A }}" } },
      [shaped("A", "x".repeat(64))],
      "TemplateFailed",
      'spec.configMap.labels["a"] must be a label value: at most 63 letters, digits, "-", "_" and ".", with a letter or digit at both ends; this one has 64 characters',
    ],
    [
      "too large annotations",
      { annotations: { a: "x".repeat(262_144) } },
      [],
      "TooLarge",
      "spec.secret.annotations must have at most 262144 bytes in all, and has 262145",
    ],
    [
      "too large data",
      {},
      [shaped("A", "x".repeat(1_048_577))],
      "TooLarge",
      "Secret/checkout: a Secret holds at most 1048576 bytes, and these 1 keys have 1048577; the biggest: A (1048577 bytes); leave keys out, or put some into another target",
    ],
    [
      "too many bytes for templates",
      { template: template({ X: "{{ A }}" }, "Replace") },
      [shaped("A", "x".repeat(8_388_609), { to: "Template" })],
      "TooLarge",
      "spec.secret.template: templates see at most 8388608 bytes of keys, and there are 8388609",
    ],
    [
      "a service account's token",
      { type: "kubernetes.io/service-account-token" },
      [],
      "SpecInvalid",
      "spec.secret.type must not be kubernetes.io/service-account-token: such tokens are made by Kubernetes only",
    ],
    [
      "a bootstrap token",
      { type: "bootstrap.kubernetes.io/token" },
      [],
      "SpecInvalid",
      "spec.secret.type must not be bootstrap.kubernetes.io/token: such tokens are made by Kubernetes only",
    ],
    [
      "TLS without its keys",
      { type: tls },
      [shaped("cert", "x")],
      "SpecInvalid",
      'Secret/checkout: a Secret of type kubernetes.io/tls needs the key tls.crt and the key tls.key; it has "cert"',
    ],
    [
      "basic auth without either",
      { type: "kubernetes.io/basic-auth" },
      [],
      "SpecInvalid",
      "Secret/checkout: a Secret of type kubernetes.io/basic-auth needs the key username or password; it has no key",
    ],
    [
      "SSH without its key",
      { type: "kubernetes.io/ssh-auth" },
      [],
      "SpecInvalid",
      "Secret/checkout: a Secret of type kubernetes.io/ssh-auth needs the key ssh-privatekey; it has no key",
    ],
    [
      "a dockerconfigjson without it",
      { type: docker },
      [],
      "SpecInvalid",
      `Secret/checkout: a Secret of type ${docker} needs the key .dockerconfigjson; it has no key`,
    ],
    [
      "a dockerconfigjson that is no JSON",
      { type: docker },
      [shaped(".dockerconfigjson", "hunter2")],
      "ValueInvalid",
      `Secret/checkout: key .dockerconfigjson: a Secret of type ${docker} needs a JSON object in it`,
    ],
    [
      "a dockercfg that is a list",
      { type: "kubernetes.io/dockercfg" },
      [shaped(".dockercfg", "[]")],
      "ValueInvalid",
      "Secret/checkout: key .dockercfg: a Secret of type kubernetes.io/dockercfg needs a JSON object in it",
    ],
  ];
  test.each(cases)("%s", async (...[, part, keys, reason, message]) => {
    expect(await outcome(part, keys)).toEqual({ reason, message });
  });

  it("refuses a template from elsewhere under the key of one in the spec", async () => {
    expect(await outcome({ template: template({ X: "a" }) }, [], { X: "b" })).toEqual({
      reason: "SpecInvalid",
      message: 'spec.secret.template.from["X"] must not name a key that spec.secret.template.data has too',
    });
  });

  it("leaves the keys of a typed Secret to the others where it is merged", async () => {
    expect(await outcome({ type: tls, creationPolicy: "Merge" }, [shaped("tls.crt", "x")])).toEqual([["tls.crt", "x"]]);
  });
});

describe("properties", () => {
  const canary = "c4n4ry";
  const key = fc.record({
    key: fc.constantFrom("A", "B", "C", "D"),
    to: fc.constantFrom<ShapedKey["to"]>("Secret", "ConfigMap", "Template"),
    sensitive: fc.boolean(),
    yields: fc.boolean(),
  });
  const source = fc.constantFrom(
    "{{ A }}",
    "{{ B | upcase }}",
    "{{ values['C'] | default: '-' }}",
    "{% for v in values %}{{ v[1] }}{% endfor %}",
    "{{ values | json }}",
    "x",
  );
  const plan = fc.record({
    kind: fc.constantFrom<TargetModel["kind"]>("Secret", "ConfigMap"),
    data: fc.dictionary(fc.constantFrom("A", "X"), source),
    annotations: fc.dictionary(fc.constantFrom("a", "b"), source),
    mergePolicy: fc.constantFrom<"Merge" | "Replace">("Merge", "Replace"),
    keys: fc.array(key, { maxLength: 8 }),
  });

  type Plan = typeof plan extends fc.Arbitrary<infer T> ? T : never;
  const inputOf = ({ kind, data, annotations, mergePolicy, keys }: Plan) => ({
    model: target({ kind, annotations, template: { data, from: [], mergePolicy } }),
    all: keys.map((part) => shaped(part.key, part.sensitive ? canary : "plain", part)),
  });

  it("never puts what is sensitive into a ConfigMap, metadata or a message", async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (drawn) => {
        const { model, all } = inputOf(drawn);
        const result = await composeTarget(model, all, compose);
        const harmless = result.ok ? JSON.stringify(result.value.annotations) : result.failure.message;
        const data = result.ok && model.kind === "ConfigMap" ? JSON.stringify([...result.value.data]) : "";
        expect((harmless + data).toLowerCase()).not.toContain(canary);
      }),
    );
  });

  it("loses no key silently, and gives the same twice", async () => {
    await fc.assert(
      fc.asyncProperty(plan, async (drawn) => {
        const { model, all } = inputOf(drawn);
        const result = await composeTarget(model, all, compose);
        expect(await composeTarget(model, all, compose)).toEqual(result);
        if (!result.ok) return;
        const routed = all.filter(({ to }) => to === model.kind && drawn.mergePolicy === "Merge");
        const wanted = new Set([...routed.map(({ key: name }) => name), ...Object.keys(drawn.data)]);
        expect([...result.value.data.keys()]).toEqual([...wanted].sort());
      }),
    );
  });
});
