import { RE2JS, RE2JSException } from "re2js";
import type { Result } from "../contract.ts";
import { fail, succeed } from "../result.ts";

/** Compiles a user's pattern on an engine that takes linear time, so that no pattern can hang the operator. */
export function compilePattern(pattern: string, field: string): Result<RE2JS> {
  try {
    return succeed(RE2JS.compile(pattern));
  } catch (error) {
    if (!(error instanceof RE2JSException)) throw error;
    const why = error.message.replace(/^error parsing regexp: /, "");
    return fail("SpecInvalid", `${field} must be an RE2 pattern: ${why}`);
  }
}

/** Compiles a list of patterns, naming the first that does not compile by its index. */
export function compilePatterns(patterns: readonly string[], field: string): Result<readonly RE2JS[]> {
  const compiled: RE2JS[] = [];
  for (const [index, pattern] of patterns.entries()) {
    const result = compilePattern(pattern, `${field}[${index}]`);
    if (!result.ok) return result;
    compiled.push(result.value);
  }
  return succeed(compiled);
}
