import { describe, expect, it } from "@jest/globals";
import type { DataItem, TargetModel } from "../../api/model.ts";
import { parseExternalValue } from "../../api/parse-external-value.ts";
import { target } from "../target/testing/samples.ts";
import { madeFrom } from "./made-from.ts";
import type { ItemResult } from "./select.ts";

const failure = { reason: "AccessDenied", message: "denied" } as const;

function item(fields: Partial<DataItem> = {}): DataItem {
  return {
    field: "spec.data[0]",
    key: "A",
    to: "Secret",
    store: { kind: "ClusterValueStore", name: "aws" },
    ref: { kind: "parameter", name: "/a" },
    extract: { kind: "whole" },
    decode: "None",
    optional: false,
    ...fields,
  };
}

function read(
  fields: Partial<DataItem> = {},
  more: { versions?: readonly string[]; origin?: string } = {},
): ItemResult {
  const { versions = ["/a#1@7"], origin = "here" } = more;
  const key = { key: "A", to: "Secret", content: "one", sensitive: true, field: "", source: "", version: "1" } as const;
  return { item: item(fields), origin, result: { kind: "keys", keys: [key], versions } };
}

const configMapItem = read({ key: "B", to: "ConfigMap" }, { versions: ["/b#1@7"] });
const template = { data: { URL: "{{ A }}" }, from: [], mergePolicy: "Merge" } as const;
const missing = (gone: "confirmed" | "once", optional = true): ItemResult => ({
  item: item({ optional }),
  result: { kind: "missing", failure, gone },
});

const lost = (to: "Secret" | "ConfigMap"): ItemResult => ({
  ...missing("confirmed"),
  lost: { key: "L", to, source: "parameterstore:/l", state: "ValueNotFound" },
});

const plain = madeFrom(target(), [read()], []);

describe("what the data of a target is made from is the same", () => {
  it.each<{ reason: string; to?: Partial<TargetModel>; items?: readonly ItemResult[] }>([
    { reason: "with the same versions of the same items" },
    {
      reason: "with another type, labels and policies",
      to: { type: "kubernetes.io/tls", labels: { a: "b" }, immutable: true },
    },
    { reason: "under another name", to: { name: "renamed" } },
    { reason: "where the item stands elsewhere in the manifest", items: [read({ field: "spec.data[4]" })] },
    { reason: "with an item of the other target besides", items: [read(), configMapItem] },
  ])("$reason", ({ to = {}, items = [read()] }) => {
    expect(madeFrom(target(to), items, [])).toBe(plain);
    expect(plain).toMatch(/^[0-9a-f]{32}$/);
  });

  it("whatever the values are: they are no part of it", () => {
    const [other] = [read()];
    if (other?.result.kind !== "keys") throw new Error("it was read");
    const keys = other.result.keys.map((key) => ({ ...key, content: "two" }));
    expect(madeFrom(target(), [{ ...other, result: { ...other.result, keys } }], [])).toBe(plain);
  });
});

describe("what the data of a target is made from differs", () => {
  it.each<{
    reason: string;
    to?: Partial<TargetModel>;
    items?: readonly ItemResult[];
    than?: readonly ItemResult[];
    sources?: readonly string[];
  }>([
    { reason: "with another version", items: [read({}, { versions: ["/a#2@8"] })] },
    { reason: "with a parameter made anew, whose version is 1 again", items: [read({}, { versions: ["/a#1@9"] })] },
    { reason: "read under another identity or region", items: [read({}, { origin: "there" })] },
    { reason: "under another key", items: [read({ key: "C" })] },
    { reason: "decoded", items: [read({ decode: "Base64" })] },
    { reason: "with another part of the value", items: [read({ extract: { kind: "jsonKey", jsonKey: "x" } })] },
    { reason: "with one item more", items: [read(), read({ key: "C" })] },
    { reason: "with one that is certainly absent", items: [read(), missing("confirmed")] },
    {
      reason: "with one that is certainly absent under another identity or region",
      items: [read(), { ...missing("confirmed"), origin: "there" }],
      than: [read(), { ...missing("confirmed"), origin: "here" }],
    },
    {
      reason: "with a lost key of the other target",
      to: { template },
      items: [read(), lost("ConfigMap")],
      than: [read(), lost("Secret")],
    },
    { reason: "with a template", to: { template } },
    { reason: "with the objects that hold the templates", sources: ["uid-1 7"] },
    { reason: "in the other kind of target", to: { kind: "ConfigMap" } },
  ])("$reason", ({ to = {}, items = [read()], than, sources = [] }) => {
    const made = madeFrom(target(to), items, sources);
    expect(made).toMatch(/^[0-9a-f]{32}$/);
    expect(made).not.toBe(than ? madeFrom(target(to), than, sources) : plain);
  });

  it("with templates, which may name every key: by what is routed elsewhere too", () => {
    const withTemplate = target({ template });
    expect(madeFrom(withTemplate, [read(), configMapItem], [])).not.toBe(madeFrom(withTemplate, [read()], []));
  });
});

describe("what the data of a target is made from is not known", () => {
  it.each<{ reason: string; entry: ItemResult }>([
    {
      reason: "where the last value is kept",
      entry: { item: item({ optional: true }), result: { kind: "unreadable", failure } },
    },
    { reason: "where it is not gone for certain", entry: missing("once") },
    { reason: "without versions", entry: { ...read(), result: { kind: "keys", keys: [] } } },
  ])("$reason", ({ entry }) => {
    expect(madeFrom(target(), [entry], [])).toBeUndefined();
  });
});

/**
 * A status holds it over a release. One that makes another hash of the same restarts workloads once for no change, or, where
 * the same inputs make other data, needs another `format` in made-from.ts.
 */
it("is the same in every release, in the order of fields in which the parser makes items", () => {
  const parsed = parseExternalValue(
    {
      metadata: { name: "checkout", namespace: "shop", uid: "uid-1" },
      spec: {
        secret: {
          template: { data: { URL: "https://{{ HOST }}" }, from: [{ configMap: { name: "t", key: "k", as: "F" } }] },
        },
        data: [
          { key: "HOST", secretsManager: { secretId: "db" }, jsonKey: "host", decode: "Auto", optional: true },
          {
            key: "OWNER",
            to: "ConfigMap",
            parameterStore: { name: "/db" },
            tag: "owner",
            sensitive: false,
          },
        ],
        dataFrom: [
          {
            parameterStore: { path: "/shop", recursive: true },
            keys: { format: "Env", exclude: ["^X"], onConflict: "Last" },
          },
        ],
      },
    },
    { defaultStoreKind: "ClusterValueStore" },
  );
  if (!parsed.ok) throw new Error(parsed.failure.message);
  const { secret, data, dataFrom } = parsed.value;
  if (!secret) throw new Error("it is asked for");
  const items = [...data, ...dataFrom].map((one, index): ItemResult => {
    return { item: one, origin: "here", result: { kind: "keys", keys: [], versions: [`v${index}`] } };
  });
  expect(madeFrom(secret, items, ["uid-2 7"])).toBe("040b1fa6803ee6c3a58e960f96a7be14");
});
