import { ApiError } from "../kubernetes/client.ts";
import type { Logger } from "../telemetry/logger.ts";
import { reportError } from "../telemetry/redaction.ts";
import { RacedError } from "./external-value/settle.ts";

/** Logs work that failed: the API server's troubles as such, all else as a bug, with its stack and without its message. */
export function failureReporter(logger: Logger): (kind: string, key: string, error: unknown) => void {
  return (kind, key, error) => {
    if (error instanceof ApiError) {
      logger.warn(
        { kind, key, status: error.status, reason: error.reason },
        "the API server did not carry out a request; it is tried again",
      );
    } else if (error instanceof RacedError) {
      logger.warn({ kind, key }, "another writer keeps changing a target; it is tried again");
    } else {
      logger.error({ kind, key, ...reportError(error) }, "internal error; it is tried again");
    }
  };
}
