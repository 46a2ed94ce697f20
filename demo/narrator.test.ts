import { describe, expect, it } from "@jest/globals";
import { createNarrator } from "./narrator.ts";

function record(isTTY: boolean) {
  const written: string[] = [];
  let time = 0;
  const output = { isTTY, write: (text: string) => written.push(text) };
  return { narrator: createNarrator(output, () => (time += 1_000)), text: () => written.join("") };
}

describe("the narrator", () => {
  it("writes plain lines where stdout is no terminal: no colour, no clock, nothing overwritten", async () => {
    const { narrator, text } = record(false);
    narrator.title("Title");
    expect(await narrator.step("Work", async () => 7)).toBe(7);
    narrator.show("a\nb\n");
    expect(text()).toBe("\nTitle\n\n 1. Work …\n    done in 1.0 s\n      a\n      b\n");
  });

  it("says that a step failed, and passes the failure on", async () => {
    const { narrator, text } = record(false);
    await expect(narrator.step("Work", () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(text()).toContain("failed after 1.0 s");
  });

  it("runs a clock on a terminal, and replaces it by the outcome", async () => {
    const { narrator, text } = record(true);
    await narrator.step("Work", async () => undefined);
    const [clock, outcome] = text().split("\r\u001b[K");
    expect(clock).toMatch(/^\r 1\. Work … /);
    expect(outcome).toMatch(/^ 1\. Work: .*done in .* s.*\n$/);
  });
});
