import type { AwsErrorKind } from "../errors.ts";

/**
 * The wire names of errors, as the services, STS, KMS behind them and the common errors of AWS spell them, by what is to
 * be done about them (aws.md, "Errors"). A name may come with a namespace or a URL around it: see `bareName`.
 */
const names: Readonly<Record<Exclude<AwsErrorKind, "credentials">, readonly string[]>> = {
  throttled: [
    "Throttling",
    "ThrottlingException",
    "ThrottledException",
    "RequestThrottled",
    "RequestThrottledException",
    "RequestLimitExceeded",
    "TooManyRequestsException",
    "TooManyRequests",
    // Of the reads that are made here it can only mean a rate: nothing is created.
    "LimitExceededException",
    "ProvisionedThroughputExceededException",
    "BandwidthLimitExceeded",
    "PriorRequestNotComplete",
    "SlowDown",
  ],
  expired: [
    "ExpiredToken",
    "ExpiredTokenException",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
    "InvalidClientTokenId",
    "InvalidAccessKeyId",
    "InvalidSignature",
    "InvalidSignatureException",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "IncompleteSignatureException",
    "MissingAuthenticationToken",
    "MissingAuthenticationTokenException",
    "AuthFailure",
    // A clock that is wrong. The SDK learns the difference from the answer, so that the second try may pass.
    "RequestExpired",
    "RequestTimeTooSkewed",
    "RequestInTheFuture",
  ],
  denied: [
    "AccessDenied",
    "AccessDeniedException",
    "AccessDeniedFault",
    "UnauthorizedOperation",
    "UnauthorizedException",
    "NotAuthorized",
    "NotAuthorizedException",
    "OptInRequired",
  ],
  notFound: [
    "ParameterNotFound",
    "ParameterVersionNotFound",
    "ParameterVersionLabelNotFound",
    "ResourceNotFoundException",
    // ListTagsForResource, of a parameter that is not there.
    "InvalidResourceId",
  ],
  unavailable: [
    "InternalError",
    "InternalFailure",
    "InternalServerError",
    "InternalServerException",
    "InternalServiceError",
    "InternalServiceErrorException",
    "ServiceUnavailable",
    "ServiceUnavailableException",
    "RequestTimeout",
    "RequestTimeoutException",
    "TimeoutError",
    "KMSInternalException",
    "DependencyTimeoutException",
  ],
  invalid: ["DecryptionFailure", "InvalidKeyId"],
};

const kinds: ReadonlyMap<string, AwsErrorKind> = new Map(
  Object.entries(names).flatMap(([kind, list]) => list.map((name) => [name, kind as AwsErrorKind] as const)),
);

/** The kind that a wire name alone decides; undefined for a name that the tables do not know. */
export function kindOfName(name: string): AwsErrorKind | undefined {
  return kinds.get(name);
}

/** True for the names that mean: this clock and AWS's differ by more than five minutes. */
export function saysClockSkew(name: string, message: string): boolean {
  if (["RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"].includes(name)) return true;
  // "Signature expired: … is now earlier than …" and "Signature not yet current: …".
  return /^(InvalidSignature|SignatureDoesNotMatch)/.test(name) && /signature (expired|not yet current)/i.test(message);
}

/**
 * The name without what protocols put around it: `com.amazonaws.ssm#ParameterNotFound`,
 * `ParameterNotFound:http://internal.amazon.com/…`, and, in the query protocol of STS, `Throttling.User`.
 */
export function bareName(name: string): string {
  return name
    .replace(/^.*#/, "")
    .replace(/:.*$/s, "")
    .replace(/\.(User|Account)$/, "");
}
