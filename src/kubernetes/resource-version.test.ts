import { describe, expect, it } from "@jest/globals";
import { isNewer } from "./resource-version.ts";

describe("isNewer", () => {
  it.each([
    { one: "10", other: "9", newer: true },
    { one: "9", other: "10", newer: false },
    { one: "101", other: "100", newer: true },
    { one: "100", other: "100", newer: false },
    { one: "5", other: "", newer: true },
  ])("$one after $other: $newer", ({ one, other, newer }) => expect(isNewer(one, other)).toBe(newer));
});
