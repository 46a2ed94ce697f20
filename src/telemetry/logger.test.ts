import { describe, expect, it } from "@jest/globals";
import { createLogger, type LogFormat, type LogLevel } from "./logger.ts";

function capture(level: LogLevel, format: LogFormat) {
  const lines: string[] = [];
  const logger = createLogger({ level, format, stream: { write: (line) => void lines.push(line) } });
  return { logger, lines };
}

describe("createLogger", () => {
  it("writes one JSON object a line with time, level, message and fields", () => {
    const { logger, lines } = capture("info", "json");
    logger.info({ resource: "shop/checkout", keys: 2 }, "synced");
    const [line] = lines;
    expect(JSON.parse(line ?? "")).toEqual({
      level: "info",
      time: expect.stringMatching(/^\d{4}-.*Z$/),
      resource: "shop/checkout",
      keys: 2,
      msg: "synced",
    });
  });

  it("writes text with quoted values where they hold blanks", () => {
    const { logger, lines } = capture("info", "text");
    logger.warn({ resource: "shop/checkout", reason: "two words" }, "not ready");
    expect(lines[0]).toMatch(/^\S+Z WARN {2}not ready resource=shop\/checkout reason="two words"\n$/);
  });

  it("tells of an error its kind and where it came from, never its message", () => {
    const { logger, lines } = capture("info", "json");
    logger.error({ err: new TypeError("hunter2") }, "failed");
    expect(JSON.parse(lines[0] ?? "")).toMatchObject({ err: { error: "TypeError" }, msg: "failed" });
    expect(lines[0]).not.toContain("hunter2");
  });

  it("leaves out what is below its level", () => {
    const { logger, lines } = capture("warn", "json");
    logger.info({}, "hidden");
    logger.error({}, "shown");
    expect(lines).toHaveLength(1);
  });
});
