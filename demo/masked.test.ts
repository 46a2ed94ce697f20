import { describe, expect, it } from "@jest/globals";
import { masked } from "./masked.ts";

describe("masked", () => {
  it("shows the keys and sizes of a Secret, never a value in any form", () => {
    const object = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "checkout" },
      data: { DB_PASSWORD: Buffer.from("hunter2").toString("base64"), ID: Buffer.from("é").toString("base64") },
    };
    expect(masked(object)).toBe(
      "Secret/checkout\n  DB_PASSWORD  ********  (7 bytes)\n  ID           ********  (2 bytes)",
    );
  });

  it("counts the bytes of a ConfigMap's text, and of its binary data", () => {
    const object = {
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "checkout" },
      data: { text: "é" },
      binaryData: { blob: Buffer.from([0, 255, 1]).toString("base64") },
    };
    expect(masked(object)).toBe("ConfigMap/checkout\n  text  ********  (2 bytes)\n  blob  ********  (3 bytes)");
  });

  it("shows an empty object by its name", () => {
    expect(masked({ apiVersion: "v1", kind: "Secret", metadata: { name: "empty" } })).toBe("Secret/empty");
  });
});
