import { describe, expect, it } from "@jest/globals";
import { fieldManagerFor } from "./field-manager.ts";

describe("fieldManagerFor", () => {
  it("carries the name of the ExternalValue", () => {
    expect(fieldManagerFor("checkout")).toBe("external-values/checkout");
  });
  it("stays within 128 characters, and two long names stay apart", () => {
    const one = fieldManagerFor(`${"a".repeat(252)}1`);
    const other = fieldManagerFor(`${"a".repeat(252)}2`);
    expect(one).toHaveLength(128);
    expect(one).not.toBe(other);
    expect(one).toBe(fieldManagerFor(`${"a".repeat(252)}1`));
  });
});
