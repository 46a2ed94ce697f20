import { describe, expect, it } from "@jest/globals";
import { AwsError, type AwsErrorKind } from "../errors.ts";
import { classify, classifyItem, isClockSkew } from "./classify.ts";

/** As the SDK throws what a service answered. */
function serviceError(name: string, message = "", httpStatusCode = 400): Error {
  return Object.assign(new Error(message), { name, $fault: "client", $metadata: { httpStatusCode, requestId: "r-1" } });
}

const missingSecret = "Secrets Manager can't find the specified secret.";
const missingStage = "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT";
const missingVersion = "Secrets Manager can't find the specified secret value for VersionId: 5f3c";
const markedForDeletion = "You can't perform this operation on the secret because it was marked for deletion.";
const kmsDenied =
  "The ciphertext refers to a key (Service: AWSKMS; Status Code: 400; Error Code: AccessDeniedException; Request ID: 1f0e-22; Proxy: null)";

describe("what a service answered", () => {
  it.each<[string, string, number, AwsErrorKind, boolean]>([
    ["ThrottlingException", "Rate exceeded", 400, "throttled", false],
    ["ThrottledException", "", 400, "throttled", false],
    ["TooManyRequestsException", "", 400, "throttled", false],
    ["RequestLimitExceeded", "", 503, "throttled", false],
    ["LimitExceededException", "", 400, "throttled", false],
    ["SomethingNew", "", 429, "throttled", false],
    ["AccessDeniedException", "User: x is not authorized", 400, "denied", false],
    ["AccessDenied", "", 403, "denied", false],
    ["SomethingNew", "", 403, "denied", false],
    ["DecryptionFailure", kmsDenied, 400, "denied", false],
    ["InvalidKeyId", "The ciphertext refers to a key that you are not allowed to access", 400, "denied", false],
    ["DecryptionFailure", "KMS key is disabled", 400, "invalid", false],
    ["DecryptionFailure", "Error Code: ThrottlingException", 400, "throttled", false],
    ["UnrecognizedClientException", "The security token is invalid", 400, "expired", false],
    ["InvalidSignatureException", "The signature does not match", 400, "expired", false],
    ["ExpiredTokenException", "", 400, "expired", false],
    ["ExpiredToken", "", 403, "expired", false],
    ["InvalidClientTokenId", "", 403, "expired", false],
    ["RequestTimeTooSkewed", "", 403, "expired", false],
    ["ParameterNotFound", "", 400, "notFound", true],
    ["ParameterVersionNotFound", "", 400, "notFound", false],
    ["ResourceNotFoundException", missingSecret, 400, "notFound", true],
    ["ResourceNotFoundException", missingStage, 400, "notFound", false],
    ["ResourceNotFoundException", missingVersion, 400, "notFound", false],
    ["ResourceNotFoundException", "", 400, "notFound", false],
    ["InvalidResourceId", "", 400, "notFound", false],
    ["InvalidRequestException", markedForDeletion, 400, "notFound", true],
    [
      "InvalidRequestException",
      "You tried to perform the operation on a secret that's currently marked deleted.",
      400,
      "notFound",
      true,
    ],
    ["InvalidRequestException", "another reason", 400, "invalid", false],
    ["ValidationException", "1 validation error detected", 400, "invalid", false],
    ["InternalServerError", "", 500, "unavailable", false],
    ["SomethingNew", "", 503, "unavailable", false],
    ["SomethingNew", "", 400, "invalid", false],
    ["com.amazonaws.ssm#ParameterNotFound", "", 400, "notFound", true],
    ["Throttling.User", "", 400, "throttled", false],
  ])("%s, %j, HTTP %i is %s, gone: %s", (name, message, status, ...[kind, gone]) => {
    expect(classify(serviceError(name, message, status), "GetParameters")).toMatchObject({
      kind,
      gone,
      operation: "GetParameters",
    });
  });

  it("keeps an AwsError as it is", () => {
    const error = new AwsError({ kind: "denied", code: "X", operation: "Y", message: "z" });
    expect(classify(error, "other")).toBe(error);
  });

  it("classifies the items of a batch alike", () => {
    expect(classifyItem({ code: "ResourceNotFoundException", message: missingSecret }, "B")).toMatchObject({
      gone: true,
    });
    expect(classifyItem({ code: "DecryptionFailure", message: kmsDenied }, "B")).toMatchObject({ kind: "denied" });
    expect(classifyItem({ code: "Unheard", message: "" }, "B")).toMatchObject({ kind: "invalid", message: "Unheard" });
  });

  it("reads Retry-After", () => {
    const error = Object.assign(serviceError("ThrottlingException"), {
      $response: { headers: { "retry-after": "7" } },
    });
    expect(classify(error, "X").retryAfterMs).toBe(7000);
  });

  it("keeps name, status and request id as the cause, and nothing of the answer", () => {
    const error = Object.assign(serviceError("AccessDeniedException", "no", 403), { $response: { body: "value" } });
    expect(classify(error, "X").cause).toEqual({ name: "AccessDeniedException", httpStatus: 403, requestId: "r-1" });
  });
});

describe("messages", () => {
  it("do not differ from one request to the next", () => {
    const message = (id: string): string =>
      classify(serviceError("DecryptionFailure", kmsDenied.replace("1f0e-22", id)), "X").message;
    expect(message("aaaa-1")).toBe(message("bbbb-2"));
  });

  it("of a clock that differs name no times", () => {
    const one = classify(serviceError("InvalidSignatureException", "Signature expired: 20240101 is now earlier"), "X");
    const two = classify(serviceError("RequestTimeTooSkewed", "The difference is 301 s"), "X");
    expect(one.message).toMatch("clock");
    expect(one.message).toBe(two.message);
    expect([one, two].map(isClockSkew)).toEqual([true, true]);
    expect(isClockSkew(classify(serviceError("InvalidSignatureException", "does not match"), "X"))).toBe(false);
  });

  it("are one line of at most 500 characters", () => {
    const { message } = classify(serviceError("ValidationException", `a\n\tb\u0000${"x".repeat(1000)}`), "X");
    expect(message).toHaveLength(500);
    expect(message).toMatch(/^a b x+…$/);
  });
});

describe("no answer", () => {
  it.each([
    ["ECONNREFUSED", /refused/],
    ["ECONNRESET", /reset/],
    ["ENOTFOUND", /DNS/],
    ["EAI_AGAIN", /DNS/],
    ["ETIMEDOUT", /timed out/],
    ["EHOSTUNREACH", /route/],
    ["UNABLE_TO_VERIFY_LEAF_SIGNATURE", /AWS_CA_BUNDLE/],
    ["SELF_SIGNED_CERT_IN_CHAIN", /AWS_CA_BUNDLE/],
    ["HPE_INVALID_CONSTANT", /not HTTP/],
  ])("%s is an outage", (code, message) => {
    const error = classify(Object.assign(new Error("connect 10.0.0.1"), { code }), "X");
    expect(error).toMatchObject({ kind: "unavailable", code });
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch("10.0.0.1");
  });

  it("several addresses tried are one outage", () => {
    const inner = Object.assign(new Error("x"), { code: "ECONNREFUSED" });
    expect(classify(Object.assign(new AggregateError([inner]), { code: "ECONNREFUSED" }), "X").code).toBe(
      "ECONNREFUSED",
    );
  });

  it("a timeout of the SDK's is an outage", () => {
    expect(classify(Object.assign(new Error("slow"), { name: "TimeoutError" }), "X")).toMatchObject({
      kind: "unavailable",
      code: "TimeoutError",
    });
  });
});

describe("what nobody expected", () => {
  it.each([
    [
      "a parser's error quotes what it parsed",
      Object.assign(new SyntaxError("in CANARY"), { $metadata: { httpStatusCode: 200 } }),
    ],
    ["a plain error", new Error("CANARY")],
    ["a text", "CANARY"],
    ["an object", { message: "CANARY" }],
    ["nothing", undefined],
  ])("%s: an outage, and nothing of it is told", (_name, thrown) => {
    const error = classify(thrown, "X");
    expect(error.kind).toBe("unavailable");
    expect(`${error.message} ${error.code} ${String(error.cause)}`).not.toContain("CANARY");
  });
});
