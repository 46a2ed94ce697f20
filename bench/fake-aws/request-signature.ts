import type { IncomingHttpHeaders } from "node:http";
import { type Identities, type Identity, identityOf } from "./identities.ts";
import { WireError } from "./wire-error.ts";

/** Who signed, and for which region and service. The signature itself is not computed. */
export interface Signer {
  readonly identity: Identity;
  readonly region: string;
}

/** AWS takes a signature for five minutes, either way. */
const skewMs = 5 * 60_000;

/** Reads the Signature Version 4 headers; undefined for an unsigned request; throws what AWS says of bad credentials. */
export function signerOf(headers: IncomingHttpHeaders, identities: Identities, now: number): Signer | undefined {
  const match = /Credential=([^/,\s]+)\/\d{8}\/([^/]+)\/[^/]+\/aws4_request/.exec(headers.authorization ?? "");
  if (!match) {
    return undefined;
  }
  const [, accessKeyId = "", region = ""] = match;
  const identity = identityOf(identities, accessKeyId);
  if (!identity || (identity.isSession && identity.sessionToken !== headers["x-amz-security-token"])) {
    throw new WireError("UnrecognizedClientException", "The security token included in the request is invalid.");
  }
  if (identity.expiresAt !== undefined && identity.expiresAt <= now) {
    throw new WireError("ExpiredTokenException", "The security token included in the request is expired");
  }
  checkDate(String(headers["x-amz-date"] ?? ""), now);
  return { identity, region };
}

function checkDate(text: string, now: number): void {
  const iso = text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z");
  const signedAt = Date.parse(iso);
  if (!Number.isNaN(signedAt) && Math.abs(signedAt - now) <= skewMs) {
    return;
  }
  throw new WireError("InvalidSignatureException", skewMessage(text, signedAt, now));
}

/** AWS's words for a signature from another time. */
export function skewMessage(text: string, signedAt: number, now: number): string {
  const stamp = (time: number) => new Date(time).toISOString().replace(/[-:]|\.\d{3}/g, "");
  return signedAt > now
    ? `Signature not yet current: ${text} is still later than ${stamp(now + skewMs)} (${stamp(now)} + 5 min.)`
    : `Signature expired: ${text} is now earlier than ${stamp(now - skewMs)} (${stamp(now)} - 5 min.)`;
}
