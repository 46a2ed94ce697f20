import { EventEmitter } from "node:events";
import { describe, expect, it } from "@jest/globals";
import { reportCrashes } from "./crash-report.ts";
import { createLogger } from "./logger.ts";

describe("reportCrashes", () => {
  it.each(["uncaughtException", "unhandledRejection"])("ends the process at an %s, without its message", (event) => {
    const lines: string[] = [];
    const exits: number[] = [];
    const process = Object.assign(new EventEmitter(), { exit: (code: number) => void exits.push(code) });
    reportCrashes(
      process,
      createLogger({ level: "info", format: "json", stream: { write: (line) => void lines.push(line) } }),
    );
    process.emit(event, new TypeError("hunter2"));
    expect(exits).toEqual([1]);
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ level: "error", event, error: "TypeError" });
    expect(lines.join()).not.toContain("hunter2");
  });
});
