import { describe, expect, it } from "@jest/globals";
import type { Failure } from "../../api/conditions.ts";
import type { DataItem, TargetModel } from "../../api/model.ts";
import type { ShapedKey } from "../../values/contract.ts";
import { target } from "../target/testing/samples.ts";
import type { Gone } from "./outcome.ts";
import { type ItemResult, select } from "./select.ts";

const failure: Failure = { reason: "ValueNotFound", message: "key: why" };

function item(key: string, fields: Partial<DataItem> = {}): DataItem {
  return {
    field: `spec.data[${key}]`,
    key,
    to: "Secret",
    store: { kind: "ClusterValueStore", name: "default" },
    ref: { kind: "parameter", name: `/${key}` },
    extract: { kind: "whole" },
    decode: "None",
    optional: false,
    ...fields,
  };
}

const shaped = (key: string, to: ShapedKey["to"] = "Secret"): ShapedKey => ({
  key,
  to,
  content: "x",
  sensitive: false,
  field: key,
  source: key,
  version: "1",
});

const good = (key: string, fields: Partial<DataItem> = {}): ItemResult => ({
  item: item(key, fields),
  result: { kind: "keys", keys: [shaped(key, fields.to)] },
});
const missing = (key: string, gone: Gone, fields: Partial<DataItem> = {}): ItemResult => ({
  item: item(key, fields),
  result: { kind: "missing", failure, gone },
});
const unreadable = (key: string, fields: Partial<DataItem> = {}): ItemResult => ({
  item: item(key, fields),
  result: { kind: "unreadable", failure },
});
const waiting = (key: string, fields: Partial<DataItem> = {}): ItemResult => ({
  item: item(key, fields),
  result: { kind: "waiting", failure, freshUntil: 0, promiseBroken: false },
});

const optional = { optional: true };
const template = { data: { URL: "{{ A }}" }, from: [], mergePolicy: "Merge" } as const;

/** `use A keep B`, `blocked`, `all gone`. */
function outcome(fields: Partial<TargetModel>, results: readonly ItemResult[]): string {
  const { keys, blocked, kept, allGone } = select(target(fields), results);
  if (blocked.length > 0) return "blocked";
  if (allGone) return "all gone";
  const keep = kept.map(({ item: { field } }) => field.slice("spec.data[".length, -1));
  return [`use ${keys.map(({ key }) => key)}`, ...(keep.length > 0 ? [`keep ${keep}`] : [])].join(" ");
}

describe("all or nothing per target", () => {
  it.each([
    { reason: "nothing failed", results: [good("A"), good("B")], is: "use A,B" },
    { reason: "one is unreadable", results: [good("A"), unreadable("B")], is: "blocked" },
    { reason: "one waits", results: [good("A"), waiting("B")], is: "blocked" },
    { reason: "one never was there", results: [good("A"), missing("B", "never")], is: "blocked" },
    { reason: "another target's key failed", results: [good("A"), unreadable("B", { to: "ConfigMap" })], is: "use A" },
    {
      reason: "a variable that no template uses",
      results: [good("A"), unreadable("B", { to: "Template" })],
      is: "use A",
    },
  ])("$reason: $is", ({ results, is }) => {
    expect(outcome({}, results)).toBe(is);
  });

  it.each([
    { by: "a template", fields: { template } },
    { by: "a label", fields: { labels: { a: "{{ A }}" } } },
    { by: "an annotation", fields: { annotations: { a: "{{ A }}" } } },
  ])("every key may be a variable where there is $by", ({ fields }) => {
    expect(outcome(fields, [good("A"), unreadable("B", { to: "ConfigMap" })])).toBe("blocked");
    expect(outcome(fields, [good("A"), good("B", { to: "ConfigMap" })])).toBe("use A,B");
  });
});

describe("policies for what is gone", () => {
  const of = (gone: Gone) => [good("A"), missing("B", gone)];
  it.each([
    { policy: "Retain", never: "blocked", unproven: "blocked", once: "blocked", confirmed: "blocked" },
    { policy: "Prune", never: "blocked", unproven: "blocked", once: "blocked", confirmed: "use A" },
    { policy: "Delete", never: "blocked", unproven: "blocked", once: "blocked", confirmed: "blocked" },
  ] as const)("$policy: dropped is only what is confirmed", ({ policy, ...by }) => {
    for (const gone of ["never", "unproven", "once", "confirmed"] as const) {
      expect([gone, outcome({ deletionPolicy: policy }, of(gone))]).toEqual([gone, by[gone]]);
    }
  });

  it.each([
    { reason: "all are", results: [missing("A", "confirmed"), missing("B", "confirmed")], is: "all gone" },
    {
      reason: "one is only said to be once",
      results: [missing("A", "confirmed"), missing("B", "once")],
      is: "blocked",
    },
    { reason: "one stands", results: [missing("A", "confirmed"), good("B")], is: "blocked" },
    {
      reason: "another target's stands",
      results: [missing("A", "confirmed"), good("B", { to: "ConfigMap" })],
      is: "all gone",
    },
    {
      reason: "an optional one never was",
      results: [missing("A", "confirmed"), missing("B", "never", optional)],
      is: "all gone",
    },
    {
      reason: "all were optional, and nothing was required",
      results: [missing("B", "confirmed", optional)],
      is: "use ",
    },
    { reason: "there never was any", results: [], is: "use " },
  ])("Delete, and gone: $reason", ({ results, is }) => {
    expect(outcome({ deletionPolicy: "Delete" }, results)).toBe(is);
  });
});

describe("optional", () => {
  it.each([
    { reason: "never there: left out", result: missing("B", "never", optional), is: "use A" },
    { reason: "gone: left out", result: missing("B", "confirmed", optional), is: "use A" },
    { reason: "gone at a first look: stays", result: missing("B", "once", optional), is: "use A keep B" },
    { reason: "gone elsewhere: stays", result: missing("B", "unproven", optional), is: "use A keep B" },
    { reason: "unreadable: stays", result: unreadable("B", optional), is: "use A keep B" },
    { reason: "waiting: stays", result: waiting("B", optional), is: "use A keep B" },
  ])("$reason", ({ result, is }) => {
    expect(outcome({}, [good("A"), result])).toBe(is);
    const { degraded } = select(target(), [good("A"), result]);
    expect(degraded).toEqual(is.includes("keep") ? [failure] : []);
  });
});

it("a value that is older than promised is used, and degraded", () => {
  const stale: ItemResult = { item: item("A"), result: { kind: "keys", keys: [shaped("A")], degraded: failure } };
  expect(select(target(), [stale])).toMatchObject({ blocked: [], degraded: [failure] });
});
