import type { Clock } from "../clock.ts";
import { classify } from "../errors/classify.ts";
import { AwsError } from "../errors.ts";
import type { CredentialSource, Credentials } from "./credentials.ts";

/** Freshly obtained credentials. */
export interface Renewed {
  readonly credentials: Credentials;
  /** Told at each use, without a request: what they were made of has changed (a key was rotated). */
  readonly isStale?: () => boolean;
}

export interface CredentialSourceOptions {
  /** Runs the whole chain. */
  readonly renew: () => Promise<Renewed>;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly renewed?: (outcome: "success" | "failure") => void;
}

/** A last minute in which credentials are no longer handed out: a request and a clock that differs need some of it. */
const guardMs = 60_000;
const longestEarlyMs = 600_000;
const backoffBaseMs = 1000;
const backoffCapMs = 60_000;
/** Credentials that worked this long were good: their refusal starts the backoff anew. */
const provenMs = 300_000;

interface Held extends Renewed {
  readonly obtainedAt: number;
  readonly renewAt: number;
  readonly unusableAt: number;
}

/**
 * The memory for one recipe's credentials. They are renewed once for all who ask, in the last fifth of their lifetime at
 * a random time, while the old ones still serve; failures and refusals are backed off, so that a broken trust policy or a
 * revoked key makes no storm on STS.
 */
export function createCredentialSource(options: CredentialSourceOptions): CredentialSource {
  const { clock, random } = options;
  let held: Held | undefined;
  let pending: Promise<Credentials> | undefined;
  let failure: { readonly error: AwsError; readonly count: number; readonly retryAt: number } | undefined;
  let refusals = { count: 0, nextAt: 0 };

  function backoff(count: number): number {
    return Math.min(backoffCapMs, backoffBaseMs * 2 ** Math.min(count - 1, 20)) * (0.5 + 0.5 * random());
  }

  function hold(renewed: Renewed): Credentials {
    held = { ...renewed, ...lifetime(renewed.credentials, { now: clock.now(), random }) };
    failure = undefined;
    options.renewed?.("success");
    return renewed.credentials;
  }

  function fail(thrown: unknown): never {
    const count = (failure?.count ?? 0) + 1;
    const error = asCredentialsError(thrown);
    failure = { error, count, retryAt: clock.now() + Math.max(backoff(count), error.retryAfterMs ?? 0) };
    options.renewed?.("failure");
    throw error;
  }

  function renew(): Promise<Credentials> {
    if (pending !== undefined) return pending;
    if (failure !== undefined && clock.now() < failure.retryAt) return Promise.reject(failure.error);
    pending = options
      .renew()
      .then(hold, fail)
      .finally(() => {
        pending = undefined;
      });
    return pending;
  }

  return {
    async get() {
      const now = clock.now();
      if (held === undefined || now >= held.unusableAt) return renew();
      const stale = held.isStale?.() === true;
      if (!stale && now < held.renewAt) return held.credentials;
      const renewal = renew();
      // A rotated key may already be invalid: it is waited for. Old credentials in their last fifth still serve.
      if (stale && failure === undefined) return renewal;
      renewal.catch(() => undefined);
      return held.credentials;
    },
    drop(refused) {
      if (held?.credentials !== refused) return true;
      const now = clock.now();
      const count = now - held.obtainedAt >= provenMs ? 0 : refusals.count;
      if (count > 0 && now < refusals.nextAt) return false;
      refusals = { count: count + 1, nextAt: now + backoff(count + 1) };
      held = undefined;
      return true;
    },
  };
}

function lifetime(
  { expiration }: Credentials,
  { now, random }: { readonly now: number; readonly random: () => number },
): Omit<Held, keyof Renewed> {
  if (expiration === undefined) {
    return { obtainedAt: now, renewAt: Number.POSITIVE_INFINITY, unusableAt: Number.POSITIVE_INFINITY };
  }
  const end = expiration.getTime();
  const early = Math.min(longestEarlyMs, (end - now) * (0.1 + 0.1 * random()));
  // Credentials that come with less than two minutes left are used for half of what is left.
  return { obtainedAt: now, renewAt: end - early, unusableAt: end - Math.min(guardMs, (end - now) / 2) };
}

function asCredentialsError(thrown: unknown): AwsError {
  if (thrown instanceof AwsError && thrown.kind === "credentials") return thrown;
  const error = classify(thrown, "credentials");
  return new AwsError({ kind: "credentials", code: error.code, operation: error.operation, message: error.message });
}
