import { setTimeout as delay } from "node:timers/promises";
import { withinTime } from "./time-limit.ts";

export interface Patience {
  /** For the message of the failure: "the API server is ready". */
  readonly what: string;
  readonly timeoutMs?: number;
  readonly intervalMs?: number;
}

/**
 * Calls `check` until it returns something other than undefined and does not throw; that is the result. When time is up,
 * rejects with what was awaited and the last error. A check that throws `Hopeless` ends the waiting at once.
 */
export async function eventually<T>(check: () => Promise<T | undefined> | T | undefined, patience: Patience) {
  const timeoutMs = patience.timeoutMs ?? 30_000;
  const deadline = Date.now() + timeoutMs;
  for (;;) {
    const attempt = await tryOnce(() => withinTime(once(check), deadline + answerMs - Date.now(), "the check itself"));
    if ("value" in attempt) return attempt.value;
    if (attempt.error instanceof Hopeless) throw attempt.error;
    if (Date.now() >= deadline) {
      throw new Error(`waited ${timeoutMs / 1000} s for: ${patience.what}${reasonOf(attempt.error)}`, {
        cause: attempt.error,
      });
    }
    await delay(patience.intervalMs ?? 100);
  }
}

// A check that began in time may take so long beyond it.
const answerMs = 15_000;

/** What a check that throws at once throws is its answer too. */
const once = async <T>(check: () => T | Promise<T>): Promise<T> => await check();

/** Waiting any longer cannot help. */
export class Hopeless extends Error {
  override readonly name = "Hopeless";
}

async function tryOnce<T>(
  check: () => Promise<T | undefined> | T | undefined,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
  try {
    const value = await check();
    return value === undefined ? { error: undefined } : { value };
  } catch (error) {
    return { error };
  }
}

function reasonOf(error: unknown): string {
  if (error === undefined) return "";
  return `; last: ${error instanceof Error ? error.message : String(error)}`;
}
