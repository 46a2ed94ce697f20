import { describe, expect, test } from "@jest/globals";
import type { ValueRef } from "../../api/source.ts";
import { AwsError, type AwsErrorInit } from "../../aws/errors.ts";
import { describeReadError } from "./read-error.ts";

const context = { subject: "key DB", region: "eu-west-1" };

describe("a failed read, in words for a user", () => {
  const secret: ValueRef = { kind: "secret", secretId: "prod/db" };
  const base = { code: "Code", operation: "Operation", message: "AWS's words" };

  test.each<{ name: string; ref?: ValueRef; error: Partial<AwsErrorInit>; reason: string; message: string }>([
    {
      name: "credentials: the step, what failed in it, and what to do",
      error: {
        kind: "credentials",
        step: "access key from Secret shop/keys",
        message: "access key from Secret shop/keys: there is no such Secret",
      },
      reason: "CredentialsFailed",
      message:
        "key DB: no valid credentials to read secret prod/db in eu-west-1: access key from Secret shop/keys: there is no such Secret",
    },
    {
      name: "credentials: nothing that is the store's alone",
      error: { kind: "credentials", message: "the external id e-2", messageForReaders: "the store's external id" },
      reason: "CredentialsFailed",
      message: "key DB: no valid credentials to read secret prod/db in eu-west-1: the store's external id",
    },
    {
      name: "not there",
      error: { kind: "notFound", gone: true },
      reason: "ValueNotFound",
      message: "key DB: secret prod/db in eu-west-1 does not exist; create it or correct the name",
    },
    {
      name: "there, but not in this version",
      error: { kind: "notFound" },
      reason: "ValueNotFound",
      message: "key DB: secret prod/db in eu-west-1: AWS's words",
    },
    {
      name: "throttled",
      ref: { kind: "parameter", name: "/shop/x", selector: { label: "stable" } },
      error: { kind: "throttled" },
      reason: "Throttled",
      message: "key DB: AWS throttles reading parameter /shop/x (label stable) in eu-west-1; it is tried again",
    },
  ])("$name", ({ ref = secret, error, reason, message }) => {
    const failed = new AwsError({ kind: "invalid", ...base, ...error });
    expect(describeReadError(ref, failed, context)).toEqual({ reason, message });
  });
});
