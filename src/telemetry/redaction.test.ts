import { describe, expect, it } from "@jest/globals";
import { reportError } from "./redaction.ts";

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}

describe("reportError", () => {
  it("tells the class and the frames, never the message", () => {
    const report = reportError(thrownBy(() => JSON.parse('hunter2-is-the-password"')));
    expect(report.error).toBe("SyntaxError");
    expect(report.stack.length).toBeGreaterThan(0);
    expect(JSON.stringify(report)).not.toContain("hunter2");
  });

  it("drops lines of a message that look like frames only when they have no position", () => {
    const report = reportError(new Error("first\n    at hunter2"));
    expect(JSON.stringify(report)).not.toContain("hunter2");
  });

  it("follows the cause without its message", () => {
    const report = reportError(new Error("outer", { cause: new TypeError("hunter2") }));
    expect(report.stack).toContain("caused by TypeError");
    expect(JSON.stringify(report)).not.toContain("hunter2");
  });

  it("keeps a code that is an identifier and drops one that is not", () => {
    expect(reportError(Object.assign(new Error("x"), { code: "ECONNRESET" })).code).toBe("ECONNRESET");
    expect(reportError(Object.assign(new Error("x"), { code: "hunter 2" })).code).toBeUndefined();
  });

  it("reports what is not an Error by its type alone", () => {
    expect(reportError("hunter2")).toEqual({ error: "string", stack: [] });
  });
});
