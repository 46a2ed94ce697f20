/** What a store's quota was last found to be. */
export interface QuotaVerdict {
  /** The shortest interval that the quota carries, in milliseconds, where more is asked; undefined: all fits. */
  readonly carriedMs: number | undefined;
  /** A finding that differs, and when it was first made (clock milliseconds). */
  readonly doubt?: { readonly bound: boolean; readonly since: number };
}

export interface QuotaFinding {
  readonly carriedMs: number | undefined;
  /** Needed over allowed, of the class that is used most. */
  readonly saturation: number;
}

/** A finding must last so long to become the verdict: subscriptions come and go one by one. */
const settleMs = 30_000;
/** From bound to free only where this much room is left, so that one resource more or less does not flap. */
const freeBelow = 0.9;
/** Another interval is told where it differs by so much. */
const noticeable = 0.1;

/** The next verdict, from the last one and what is found now. Pure. */
export function quotaVerdict(last: QuotaVerdict, found: QuotaFinding, now: number): QuotaVerdict {
  const bound = isBound(last, found);
  if (bound !== (last.carriedMs !== undefined)) {
    const doubt = last.doubt?.bound === bound ? last.doubt : { bound, since: now };
    return now - doubt.since >= settleMs
      ? { carriedMs: rounded(found.carriedMs) }
      : { carriedMs: last.carriedMs, doubt };
  }
  return { carriedMs: isNews(last, found) ? rounded(found.carriedMs) : last.carriedMs };
}

function isBound(last: QuotaVerdict, found: QuotaFinding): boolean {
  return found.carriedMs !== undefined || (last.carriedMs !== undefined && found.saturation >= freeBelow);
}

/** Still bound, by another interval. */
function isNews({ carriedMs: last }: QuotaVerdict, { carriedMs: found }: QuotaFinding): boolean {
  return last !== undefined && found !== undefined && Math.abs((rounded(found) ?? 0) - last) > last * noticeable;
}

/** Upwards to what people would write as an interval: whole seconds, five seconds above a minute, minutes above ten. */
function rounded(ms: number | undefined): number | undefined {
  if (ms === undefined) return undefined;
  const unit = ms <= 60_000 ? 1000 : ms <= 600_000 ? 5000 : 60_000;
  return Math.ceil(ms / unit) * unit;
}
