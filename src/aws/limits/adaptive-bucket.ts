/**
 * A token bucket whose rate backs off when the service throttles and recovers slowly: multiplicative decrease, linear
 * increase. Over any window it lets through at most `ceiling × window + burst`, and no sleep is needed to ask it.
 */
export interface AdaptiveBucket {
  /** Takes a token if there is one. */
  take(now: number): boolean;
  /** A token that was taken and not used. */
  giveBack(now: number): void;
  /** Milliseconds until there are so many tokens, or as many as may be waited for; 0 if they are there. */
  wait(now: number, wanted: number): number;
  /** The service throttled. Several throttles within a second, of one burst, count once. */
  throttled(now: number): void;
  /** Requests a second; a lower one takes effect at once. */
  setCeiling(ceiling: number, now: number): void;
  /** What it lets through now, requests a second. */
  rate(now: number): number;
}

/** A throttle leaves this much of the rate. */
const decrease = 0.7;
/** From the lowest rate to the ceiling it takes this long without a throttle. */
const recoveryMs = 120_000;
/** Never slower than this share of the ceiling: something has to go out to find that the quota is free again. */
const lowest = 0.05;
const onceWithinMs = 1000;

/** A full bucket. The burst is a tenth of a second's worth, so that 36 a second stay below a quota of 40 in every second. */
export function createAdaptiveBucket(initialCeiling: number, start: number): AdaptiveBucket {
  let ceiling = initialCeiling;
  // The rate as a share of the ceiling at the time of the last throttle.
  let share = 1;
  let throttledAt = Number.NEGATIVE_INFINITY;
  let tokens = burst(ceiling);
  let filledAt = start;

  function shareAt(now: number): number {
    return Math.min(1, share + Math.max(0, now - throttledAt) / recoveryMs);
  }

  function rate(now: number): number {
    return ceiling * shareAt(now);
  }

  function fill(now: number): void {
    // A clock that was set back gives nothing and takes nothing.
    const elapsed = Math.max(0, now - filledAt);
    tokens = Math.min(burst(ceiling), tokens + (elapsed / 1000) * rate(now));
    filledAt = now;
  }

  return {
    take(now) {
      fill(now);
      if (tokens < 1 - tolerance) return false;
      tokens -= 1;
      return true;
    },
    giveBack(now) {
      fill(now);
      tokens = Math.min(burst(ceiling), tokens + 1);
    },
    wait(now, wanted) {
      fill(now);
      const missing = Math.min(wanted, mostTogether(rate(now))) - tokens;
      return missing <= tolerance ? 0 : Math.ceil((missing / rate(now)) * 1000);
    },
    throttled(now) {
      fill(now);
      // What is saved up would only be throttled too.
      tokens = Math.min(tokens, 0);
      if (now - throttledAt < onceWithinMs && now >= throttledAt) return;
      share = Math.max(lowest, shareAt(now) * decrease);
      throttledAt = now;
    },
    setCeiling(next, now) {
      fill(now);
      ceiling = next;
      tokens = Math.min(tokens, burst(ceiling));
    },
    rate,
  };
}

/** Sums of fractions miss a whole token by a hair. */
const tolerance = 1e-9;

/**
 * Two thirds of what the bucket holds: what comes after it is full is lost, and timers come late, by up to 30 ms without
 * any loss. More than eight share no wake-up any better.
 */
function mostTogether(rate: number): number {
  return Math.min(8, Math.max(1, Math.floor((burst(rate) * 2) / 3)));
}

function burst(ceiling: number): number {
  return Math.max(1, ceiling / 10);
}
