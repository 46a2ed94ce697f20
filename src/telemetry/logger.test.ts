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

  it("leaves out what is below its level", () => {
    const { logger, lines } = capture("warn", "json");
    logger.info({}, "hidden");
    logger.error({}, "shown");
    expect(lines).toHaveLength(1);
  });
});
