import { createHash } from "node:crypto";

const prefix = "external-values/";
/** Of the API server: longer field managers are refused. */
export const longestFieldManager = 128;
const hashLength = 16;

/** The manager of everything that belongs to no single ExternalValue: status, events, leases. */
export const operatorFieldManager = "external-values";

/**
 * The field manager of one ExternalValue: two that merge into one target must not share one, or each apply would remove
 * the other's keys. Names too long are cut and told apart by a hash of the whole name.
 */
export function fieldManagerFor(externalValueName: string): string {
  const whole = prefix + externalValueName;
  if (whole.length <= longestFieldManager) return whole;
  const hash = createHash("sha256").update(externalValueName).digest("hex").slice(0, hashLength);
  return `${whole.slice(0, longestFieldManager - hashLength - 1)}.${hash}`;
}
