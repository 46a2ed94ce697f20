import { describe, expect, it } from "@jest/globals";
import { checkSize, mostTargetBytes } from "./size.ts";

describe("checkSize", () => {
  it("takes exactly 1 MiB", () => {
    expect(checkSize("Secret", new Map([["a", "x".repeat(mostTargetBytes)]]))).toEqual({ ok: true, value: undefined });
  });

  it("counts bytes, not characters, and names the biggest keys", () => {
    const data = new Map<string, string | Uint8Array>([
      ["small", "x"],
      ["text", "é".repeat(300_000)],
      ["bytes", new Uint8Array(500_000)],
      ["other", "x".repeat(1000)],
    ]);
    expect(checkSize("ConfigMap", data)).toEqual({
      ok: false,
      failure: {
        reason: "TooLarge",
        message:
          "a ConfigMap holds at most 1048576 bytes, and these 4 keys have 1101001; the biggest: text (600000 bytes), " +
          "bytes (500000 bytes), other (1000 bytes); leave keys out, or put some into another target",
      },
    });
  });
});
