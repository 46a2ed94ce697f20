import { describe, expect, it } from "@jest/globals";
import { cleanMessage } from "./message.ts";

describe("what a service says of a signature", () => {
  // As Signature Version 4 services answer: they quote the request back, session token included.
  const mismatch = [
    "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.",
    "",
    "The Canonical String for this request should have been",
    "'POST",
    "/",
    "",
    "content-type:application/x-amz-json-1.1",
    "host:ssm.eu-west-1.amazonaws.com",
    "x-amz-date:20260101T000000Z",
    "x-amz-security-token:CANARY",
    "'",
  ].join("\n");

  it.each([
    { reason: "the canonical request", message: mismatch, told: "does not match the signature you provided" },
    {
      reason: "the string to sign",
      message: "It does not match.\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\nCANARY'",
      told: "It does not match.",
    },
    {
      reason: "the Authorization header",
      message: "Authorization header requires 'Signature' parameter. Authorization=AWS4-HMAC-SHA256 Credential=CANARY",
      told: "requires 'Signature' parameter",
    },
    { reason: "a header", message: "bad header X-Amz-Security-Token: CANARY", told: "bad header" },
  ])("is told without $reason", ({ message, told }) => {
    expect(cleanMessage(message)).toContain(told);
    expect(cleanMessage(message)).not.toContain("CANARY");
  });
});

describe("what differs from one request to the next", () => {
  it.each([
    {
      name: "a request id",
      message: "No permission (Service: Ssm; Request ID: 0b1c-22)",
      clean: "No permission (Service: Ssm)",
    },
    {
      name: "times of a token",
      message: "Token expired: current date/time 1595872563 must be before the expiration date/time1595869200",
      clean: "Token expired",
    },
  ])("is left out: $name", ({ message, clean }) => {
    expect(cleanMessage(message)).toBe(clean);
  });
});
