import { describe, expect, it } from "@jest/globals";
import { toAscii } from "./ascii.ts";

describe("toAscii", () => {
  it.each([
    { reason: "leaves ASCII alone", source: 'const e = "~";\n// \t', result: 'const e = "~";\n// \t' },
    { reason: "escapes what is beyond", source: "// request’s", result: "// request\\u2019s" },
  ])("$reason", ({ source, result }) => expect(toAscii(source)).toBe(result));

  it.each(["/can[’']?t/", "/^[μ]s$/u"])("keeps the meaning of %s", (source) => {
    const before: RegExp = new Function(`return ${source}`)();
    const after: RegExp = new Function(`return ${toAscii(source)}`)();
    for (const text of ["can’t", "can't", "cannot", "μs", "us"]) expect(after.test(text)).toBe(before.test(text));
  });

  it("refuses a character that one escape cannot write", () => {
    expect(() => toAscii("// 😀")).toThrow(RangeError);
  });
});
