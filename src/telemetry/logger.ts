import { type DestinationStream, destination, pino } from "pino";
import { reportError } from "./redaction.ts";

export type LogLevel = "debug" | "info" | "warn" | "error";
export type LogFormat = "json" | "text";

/** What every part writes to. Fields are plain facts: names, reasons, counts. Never a value that was read. */
export interface Logger {
  debug(fields: LogFields, message: string): void;
  info(fields: LogFields, message: string): void;
  warn(fields: LogFields, message: string): void;
  error(fields: LogFields, message: string): void;
}

export type LogFields = Readonly<Record<string, unknown>>;

export interface LoggerOptions {
  readonly level: LogLevel;
  readonly format: LogFormat;
  /** Default: standard output, written synchronously, so that nothing is lost when the process ends. */
  readonly stream?: DestinationStream;
}

/** Structured logs: one JSON object a line, or `time level message key=value …` for people. */
export function createLogger(options: LoggerOptions): Logger {
  const sink = options.stream ?? destination({ fd: 1, sync: true });
  const stream = options.format === "json" ? sink : { write: (line: string) => void sink.write(formatText(line)) };
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      // pino's own serializer would write the message, which may quote what was being worked on.
      serializers: { err: reportError },
    },
    stream,
  );
}

/** For tests and for commands that print their own output. */
export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

function formatText(line: string): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const rest = Object.entries(fields).map(([name, value]) => `${name}=${quote(value)}`);
  return `${[time, String(level).toUpperCase().padEnd(5), msg, ...rest].join(" ")}\n`;
}

function quote(value: unknown): string {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return /^[^\s"=]+$/.test(text) ? text : JSON.stringify(text);
}
