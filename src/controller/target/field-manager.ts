import { createHash } from "node:crypto";
import { fieldManagerPrefix } from "./names.ts";

// The API server refuses longer ones (metav1 validation, FieldManagerMaxLength).
const longest = 128;

/**
 * The field manager of one ExternalValue on its targets: with one manager for all, two ExternalValues on one target would
 * delete each other's keys. A name too long for it is cut and told apart by a hash.
 */
export function fieldManagerFor(name: string): string {
  const whole = `${fieldManagerPrefix}${name}`;
  if (whole.length <= longest) return whole;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 16);
  return `${whole.slice(0, longest - hash.length - 1)}-${hash}`;
}
