import { describe, expect, it } from "@jest/globals";
import fc from "fast-check";
import { createFingerprinter, stableJson } from "./fingerprint.ts";

const fingerprinter = createFingerprinter(Buffer.from("key"));
type Data = Readonly<Record<string, string | Uint8Array>>;

const data = (record: Data) => fingerprinter.data(new Map(Object.entries(record)));

describe("a fingerprint of data", () => {
  it.each<{ reason: string; one: Data; other: Data; same: boolean }>([
    { reason: "the order of keys does not matter", one: { a: "1", b: "2" }, other: { b: "2", a: "1" }, same: true },
    { reason: "text and its bytes are one", one: { a: "ü" }, other: { a: Buffer.from("ü") }, same: true },
    { reason: "another value", one: { a: "1" }, other: { a: "2" }, same: false },
    { reason: "another name", one: { a: "1" }, other: { b: "1" }, same: false },
    { reason: "an empty value is not no value", one: { a: "" }, other: {}, same: false },
    { reason: "keys do not run together", one: { a: "1b:1:2" }, other: { a: "1", b: "2" }, same: false },
  ])("$reason", ({ one, other, same }) => {
    expect(data(one) === data(other)).toBe(same);
  });

  it("tells any two sets of keys apart", () => {
    const sets = fc.dictionary(fc.string({ maxLength: 3 }), fc.string({ maxLength: 4 }), { maxKeys: 3 });
    fc.assert(
      fc.property(sets, sets, (one, other) => {
        expect(data(one) === data(other)).toBe(stableJson(one) === stableJson(other));
      }),
    );
  });

  it("is worthless without the key: another process makes another", () => {
    const map = new Map([["a", "1"]]);
    expect(createFingerprinter().data(map)).not.toBe(createFingerprinter().data(map));
    expect(createFingerprinter().shape({ a: 1 })).not.toBe(createFingerprinter().shape({ a: 1 }));
  });
});

it.each([
  { one: { a: 1, b: { d: 1, c: 2 } }, other: { b: { c: 2, d: 1 }, a: 1 }, same: true },
  { one: [1, 2], other: [2, 1], same: false },
  { one: { a: undefined }, other: {}, same: true },
  { one: { a: null }, other: {}, same: false },
])("stable JSON of $one and $other", ({ one, other, same }) => {
  expect(stableJson(one) === stableJson(other)).toBe(same);
  expect(fingerprinter.shape(one) === fingerprinter.shape(other)).toBe(same);
});

it("is JSON of the value itself", () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      expect(JSON.parse(stableJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
    }),
  );
});
