import { expect, test } from "@jest/globals";
import { createSharedTexts } from "./shared-texts.ts";

test("texts stay what they are, however many there are", () => {
  const share = createSharedTexts();
  for (let index = 0; index < 2_500; index++) {
    expect(share(`text ${index}`)).toBe(`text ${index}`);
    expect(share("again")).toBe("again");
  }
});
