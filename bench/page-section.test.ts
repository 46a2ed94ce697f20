import { describe, expect, it } from "@jest/globals";
import { replaceSection } from "./page-section.ts";

const page = "# Page\n\n<!-- begin one -->\nold\n<!-- end one -->\n\nkept\n\n<!-- begin two -->\n<!-- end two -->\n";

describe("replaceSection", () => {
  it("replaces what stands in the section and keeps all else", () => {
    expect(replaceSection(page, "one", "new\n")).toBe(
      "# Page\n\n<!-- begin one -->\n\nnew\n\n<!-- end one -->\n\nkept\n\n<!-- begin two -->\n<!-- end two -->\n",
    );
  });

  it("does the same again where it is done twice", () => {
    const once = replaceSection(page, "two", "| a |");
    expect(replaceSection(once, "two", "| a |")).toBe(once);
  });

  it("refuses a section that the page does not have", () => {
    expect(() => replaceSection(page, "three", "x")).toThrow(RangeError);
  });
});
