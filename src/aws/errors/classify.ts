import { AwsError, type AwsErrorInit, type AwsErrorKind } from "../errors.ts";
import { type ErrorFacts, factsOf } from "./facts.ts";
import { cleanMessage } from "./message.ts";
import { describeNetworkCode } from "./network-codes.ts";
import { bareName, kindOfName, saysClockSkew } from "./wire-names.ts";

/**
 * Makes an AwsError of anything that a request threw. The kind is decided by tables: the wire name first, then what the
 * message adds to a name that says too little, then the HTTP status, then Node's network codes. What nobody expected is
 * `unavailable`, so that it is tried again and never counts as "gone".
 *
 * @param operation for people and metrics: `GetParameters`
 */
export function classify(error: unknown, operation: string): AwsError {
  if (error instanceof AwsError) return error;
  const facts = factsOf(error);
  if (facts.fromService) return fromService(facts, operation);
  if (facts.garbled) return garbled(facts, operation);
  return fromTransport(facts, error, operation);
}

/** As `classify`, for one entry of `Errors` in a batch, where the service sends no more than code and message. */
export function classifyItem(item: { readonly code: string; readonly message: string }, operation: string): AwsError {
  const name = bareName(item.code);
  return fromService({ ...itemFacts, name, message: item.message }, operation);
}

const itemFacts = {
  code: undefined,
  httpStatus: undefined,
  requestId: undefined,
  retryAfterMs: undefined,
  fromService: true,
  garbled: false,
};

/** What a message adds to a name that says too little. The first that fits decides. */
const refinements: readonly {
  readonly name: RegExp;
  readonly message: RegExp;
  readonly kind: AwsErrorKind;
  readonly gone?: boolean;
}[] = [
  // "You can't perform this operation on the secret because it was marked for deletion."; moto: "currently marked deleted".
  { name: /^InvalidRequest(Exception)?$/, message: /marked (for deletion|deleted)/i, kind: "notFound", gone: true },
  // KMS speaks through a DecryptionFailure, and through Parameter Store's own names: "The ciphertext refers to a
  // customer master key that does not exist … or you are not allowed to access".
  { name: /^(DecryptionFailure|InvalidKeyId)/, message: /AccessDenied|not authorized|not allowed/i, kind: "denied" },
  { name: /^DecryptionFailure/, message: /Throttling|rate exceeded/i, kind: "throttled" },
  { name: /^(DecryptionFailure|InvalidKeyId)/, message: /KMSInternal|DependencyTimeout/i, kind: "unavailable" },
  { name: /^ValidationException$/, message: /rate exceeded/i, kind: "throttled" },
];

function fromService(facts: ErrorFacts, operation: string): AwsError {
  const refined = refinements.find((each) => each.name.test(facts.name) && each.message.test(facts.message));
  const kind = refined?.kind ?? kindOfName(facts.name) ?? kindOfStatus(facts.httpStatus);
  return new AwsError({
    ...shared(facts, operation),
    kind,
    message: messageOf(facts),
    gone: refined?.gone ?? (kind === "notFound" && isGone(facts)),
    cause: { name: facts.name, httpStatus: facts.httpStatus, requestId: facts.requestId },
  });
}

/**
 * Only what is said of the thing itself may count towards deletion: of a secret that lacks a value, a stage or a version
 * the very same name is used (api.md, "Gone").
 */
function isGone({ name, message }: ErrorFacts): boolean {
  if (name === "ParameterNotFound") return true;
  return name === "ResourceNotFoundException" && /can[’']?t find the specified secret\.?\s*$/i.test(message);
}

// The service's own text holds both times, and so would make the condition flap.
const clockSkewMessage =
  "the clock of this machine and that of AWS differ by more than 5 minutes: set the node's clock";

/** True where the credentials are not at fault, but the clock. */
export function isClockSkew(error: AwsError): boolean {
  return error.kind === "expired" && error.message === clockSkewMessage;
}

function messageOf(facts: ErrorFacts): string {
  if (saysClockSkew(facts.name, facts.message)) return clockSkewMessage;
  return cleanMessage(facts.message) || facts.name;
}

function kindOfStatus(status: number | undefined): AwsErrorKind {
  if (status === undefined) return "invalid";
  if (status === 429) return "throttled";
  if (status === 401 || status === 403) return "denied";
  return status >= 500 || status === 408 || status < 400 ? "unavailable" : "invalid";
}

function garbled(facts: ErrorFacts, operation: string): AwsError {
  const message =
    `the endpoint answered HTTP ${facts.httpStatus ?? "?"} with something that is not of this service: ` +
    "check the endpoint and what stands between (a proxy, a gateway)";
  // No cause: a parser's error quotes what it parsed. A gateway's 429 and 403 mean what they say all the same; its 404
  // says nothing of a parameter.
  const status = facts.httpStatus ?? 0;
  const kind = [401, 403, 429].includes(status) ? kindOfStatus(status) : "unavailable";
  return new AwsError({ ...shared(facts, operation), code: "MalformedResponse", kind, message });
}

function fromTransport(facts: ErrorFacts, error: unknown, operation: string): AwsError {
  // The SDK puts the code ETIMEDOUT on its own timeouts, and the name TimeoutError on resets: whichever says more.
  const ranOut = facts.name === "TimeoutError" && (facts.code ?? "ETIMEDOUT") === "ETIMEDOUT";
  const code = ranOut ? facts.name : (facts.code ?? facts.name);
  const known = describeNetworkCode(code);
  if (known !== undefined) {
    return new AwsError({ ...shared(facts, operation), code, kind: "unavailable", message: known, cause: error });
  }
  if (facts.name === "EndpointError") {
    const message = "no endpoint fits the region and the FIPS and dual-stack settings of the environment";
    return new AwsError({ ...shared(facts, operation), kind: "invalid", message });
  }
  // Neither message nor cause: nobody knows what they quote.
  const message = `the request failed unexpectedly (${code})`;
  return new AwsError({ ...shared(facts, operation), code, kind: "unavailable", message });
}

function shared(facts: ErrorFacts, operation: string): Pick<AwsErrorInit, "code" | "operation" | "retryAfterMs"> {
  const { name, retryAfterMs } = facts;
  return { code: name, operation, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) };
}
