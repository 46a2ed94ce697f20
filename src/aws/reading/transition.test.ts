import { describe, expect, it } from "@jest/globals";
import type { SourceValue } from "../../api/source.ts";
import { createEntry } from "./entry.ts";
import { takeIn } from "./transition.ts";

function value(versionKey: string, more: Partial<SourceValue> = {}): SourceValue {
  return { service: "parameterStore", name: "/a", arn: "arn", type: "String", version: "1", versionKey, ...more };
}

function entryWith(held: SourceValue) {
  const entry = createEntry({ kind: "parameter", name: "/a" }, 0);
  takeIn(entry, { ok: true, values: [held] }, 1);
  return entry;
}

describe("what a poll brings again", () => {
  it("leaves what is held as it is, and makes it younger", () => {
    const held = value("v1", { content: "secret" });
    const entry = entryWith(held);
    expect(takeIn(entry, { ok: true, values: [value("v1", { content: "secret" })] }, 2)).toBe(false);
    expect(entry.good?.values[0]).toBe(held);
    expect(entry.good?.at).toBe(2);
  });

  it.each([
    { reason: "another version", held: value("v1", { content: "a" }), brought: value("v2", { content: "b" }) },
    { reason: "content where none was held", held: value("v1"), brought: value("v1", { content: "a" }) },
    { reason: "tags, which no version tells", held: value("v1"), brought: value("v1", { tags: { team: "shop" } }) },
  ])("takes in $reason", ({ held, brought }) => {
    const entry = entryWith(held);
    takeIn(entry, { ok: true, values: [brought] }, 2);
    expect(entry.good?.values[0]).toBe(brought);
  });

  it("takes in matches of a find that came or went", () => {
    const entry = entryWith(value("v1"));
    const values = [value("v1"), value("v2")];
    expect(takeIn(entry, { ok: true, values }, 2)).toBe(true);
    expect(entry.good?.values).toBe(values);
  });
});
