/**
 * What may be told of an error nobody expected. Its message may quote what was being worked on (a JSON.parse error
 * quotes its input), so only the kind of the error and where it was thrown are told.
 */
export interface ErrorReport {
  readonly error: string;
  readonly code?: string;
  /** Stack frames only, the newest first, at most 10 of the error and of each cause. */
  readonly stack: readonly string[];
}

/** Describes any thrown thing without its message. Frames of the cause follow, after `caused by`. */
export function reportError(error: unknown): ErrorReport {
  const code = codeOf(error);
  return { error: nameOf(error), ...(code === undefined ? {} : { code }), stack: framesOf(error) };
}

function nameOf(error: unknown): string {
  // The bundle puts an underscore before the inner name of some classes.
  return error instanceof Error ? error.constructor.name.replace(/^_/, "") : typeof error;
}

function codeOf(error: unknown): string | undefined {
  const code: unknown = error instanceof Error && "code" in error ? error.code : undefined;
  // Node's and AWS's codes are identifiers; anything else might be data.
  return typeof code === "string" && /^\w{1,60}$/.test(code) ? code : undefined;
}

function framesOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [];
  const frames = (error.stack ?? "").split("\n").filter((line) => /^\s+at .*:\d+:\d+\)?$/.test(line));
  const own = frames.slice(0, 10).map((line) => line.trim());
  return error.cause instanceof Error ? [...own, `caused by ${nameOf(error.cause)}`, ...framesOf(error.cause)] : own;
}
