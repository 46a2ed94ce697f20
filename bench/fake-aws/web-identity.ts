import { WireError } from "./wire-error.ts";

export interface WebIdentity {
  readonly subject: string;
  readonly audience: readonly string[];
  readonly issuer: string;
}

/** Reads the claims of a JWT and its expiry. The signature is not checked: the fake has no issuer's keys. */
export function parseWebIdentityToken(token: string, now: number): WebIdentity {
  const claims = claimsOf(token);
  const { sub, aud, iss, exp } = claims;
  if (typeof sub !== "string") {
    throw new WireError("InvalidIdentityToken", "Missing a required claim: sub");
  }
  if (typeof exp === "number" && exp * 1000 <= now) {
    throw new WireError(
      "ExpiredTokenException",
      `Token expired: current date/time ${Math.floor(now / 1000)} must be before the expiration date/time ${exp}`,
    );
  }
  const audience = Array.isArray(aud) ? aud.filter((each) => typeof each === "string") : [String(aud)];
  return { subject: sub, audience, issuer: typeof iss === "string" ? iss : "" };
}

function claimsOf(token: string): Readonly<Record<string, unknown>> {
  try {
    const claims: unknown = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
    if (typeof claims === "object" && claims !== null) {
      return { ...claims };
    }
  } catch {
    // Not JSON: refused below.
  }
  throw new WireError("InvalidIdentityToken", "The ID Token provided is not a valid JWT.");
}
