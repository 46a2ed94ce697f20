import type { TargetKind } from "../../api/model.ts";
import type { Content, ShapedKey } from "../contract.ts";

/** What a template may see, and the names it may not. */
export interface Visible {
  readonly variables: Readonly<Record<string, Content>>;
  readonly forbidden: ReadonlySet<string>;
}

/**
 * The variables of a target's templates: every key, whatever its route. Where two routes have a key of one name, the
 * target's own comes first, then that of `to: Template`. With `harmlessOnly` what is sensitive is forbidden.
 */
export function visibleKeys(kind: TargetKind, keys: readonly ShapedKey[], harmlessOnly: boolean): Visible {
  const chosen = new Map<string, ShapedKey>();
  for (const key of keys) {
    const other = chosen.get(key.key);
    if (other === undefined || precedes(key, other, kind)) chosen.set(key.key, key);
  }
  const entries = [...chosen].sort(([one], [other]) => (one < other ? -1 : 1));
  const hidden = (key: ShapedKey): boolean => harmlessOnly && key.sensitive;
  return {
    variables: Object.fromEntries(entries.filter(([, key]) => !hidden(key)).map(([name, key]) => [name, key.content])),
    forbidden: new Set(entries.filter(([, key]) => hidden(key)).map(([name]) => name)),
  };
}

function precedes(key: ShapedKey, other: ShapedKey, kind: TargetKind): boolean {
  const rank = rankOf(key, kind) - rankOf(other, kind);
  if (rank !== 0) return rank < 0;
  // Of equals, one that yields gives way, and of two that yield the last one wins.
  return other.yields === true;
}

function rankOf({ to }: ShapedKey, kind: TargetKind): number {
  if (to === kind) return 0;
  return to === "Template" ? 1 : 2;
}
