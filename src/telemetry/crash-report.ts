import type { Logger } from "./logger.ts";
import { reportError } from "./redaction.ts";

/** The process's events and its end, passed in so that a test can stand in for it. */
export interface CrashingProcess {
  on(event: "uncaughtException" | "unhandledRejection", listener: (error: unknown) => void): unknown;
  exit(code: number): void;
}

/**
 * Ends the process with a redacted report when an error was caught by nobody: Node's own report would print the error's
 * message, which may quote a value, and to go on would be to go on in an unknown state.
 */
export function reportCrashes(process: CrashingProcess, logger: Logger): void {
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    process.on(event, (error) => {
      logger.error({ event, ...reportError(error) }, "crashed: an error was caught by nobody");
      process.exit(1);
    });
  }
}
