import type { Result } from "./contract.ts";
import { quoteName } from "./name-list.ts";
import { fail, succeed } from "./result.ts";

const longestKey = 253;

/** Whether Kubernetes takes it as a key of a Secret or a ConfigMap; `advice` says what to do about it. */
export function checkKeyName(key: string, advice: string): Result<string> {
  const fault = faultOf(key);
  return fault === undefined
    ? succeed(key)
    : fail("SpecInvalid", `${quoteName(key)} cannot be a key: ${fault}; ${advice}`);
}

function faultOf(key: string): string | undefined {
  if (key === "") return "it is empty";
  if (key.length > longestKey) return `it has ${key.length} characters, and must have at most ${longestKey}`;
  // Kubernetes refuses both, since keys become file names (IsConfigMapKey).
  if (key === "." || key.startsWith("..")) return 'it must not be "." nor start with ".."';
  const [bad] = /[^-._a-zA-Z0-9]/u.exec(key) ?? [];
  return bad === undefined
    ? undefined
    : `it must consist of letters, digits, "-", "_" and ".", and has ${quoteName(bad)}`;
}
