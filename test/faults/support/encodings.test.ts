import { createHash } from "node:crypto";
import { describe, expect, it, test } from "@jest/globals";
import { encodingsOf, leaksIn } from "./encodings.ts";

const value = 'canary "ü"+/&ß\n-7f3a';
const values = new Map([["PASSWORD", value]]);

describe("a value is found", () => {
  test.each([
    ["as it is", `x ${value} y`],
    ["in JSON", JSON.stringify({ a: value })],
    ["in JSON inside of JSON", JSON.stringify({ a: JSON.stringify({ b: value }) })],
    ["in a URL", `https://x/?q=${encodeURIComponent(value)}`],
    ["in a form", new URLSearchParams({ q: value }).toString()],
    ["in base64", Buffer.from(value).toString("base64")],
    ["in base64 of something longer", Buffer.from(`ab${value}cd`).toString("base64")],
    ["in base64 of something longer by one", Buffer.from(`a${value}cd`).toString("base64")],
    ["in base64url", Buffer.from(`{"a":${value}}`).toString("base64url")],
    ["in hex", Buffer.from(`ab${value}`).toString("hex")],
    ["as a hash", `sha256:${createHash("sha256").update(value).digest("hex")}`],
    ["as a hash in base64", createHash("md5").update(value).digest("base64")],
  ])("%s", (_where, text) => {
    expect(leaksIn(text, values)).not.toEqual([]);
  });
});

it("finds nothing where nothing is, and tells no value", () => {
  expect(leaksIn("canary", values)).toEqual([]);
  expect(leaksIn(value, values).join()).not.toContain(value);
  expect([...encodingsOf(value).values()].every((form) => form.length > 0)).toBe(true);
});
