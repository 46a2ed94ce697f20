import type { TargetKind } from "../../api/model.ts";
import type { Result, ShapedKey } from "../contract.ts";
import { conflict } from "../keys/conflicts.ts";
import { fail, succeed } from "../result.ts";

/**
 * The keys that are routed to a target, one per name. A key found with `onConflict: Last` gives way to any later key, and
 * to a key of `data` wherever that stands; two that insist are a KeyConflict.
 */
export function plainKeys(kind: TargetKind, keys: readonly ShapedKey[]): Result<ReadonlyMap<string, ShapedKey>> {
  const routed = keys.filter(({ to }) => to === kind);
  // Shaping refuses this already; here it would be a leak.
  const leak = kind === "ConfigMap" ? routed.find(({ sensitive }) => sensitive) : undefined;
  if (leak) return fail("SpecInvalid", `key ${leak.key}: it is sensitive and may not go into a ConfigMap`);
  const chosen = new Map<string, ShapedKey>();
  for (const key of routed) {
    const other = chosen.get(key.key);
    if (other === undefined || other.yields) chosen.set(key.key, key);
    else if (!key.yields) return conflict(other, key);
  }
  return succeed(chosen);
}
