import { describe, expect, it } from "@jest/globals";
import { apiErrorOf } from "./api-failure.ts";
import { resourceTypes } from "./resource-types.ts";
import { failure } from "./testing/scripted-server.ts";

const value = "hunter2";

function errorOf(message: string, causes: readonly object[] = [], reason = "Invalid") {
  const text = JSON.stringify(failure(422, reason, { message, details: { causes } }));
  return apiErrorOf({ status: 422, retryAfter: undefined, text }, resourceTypes.secrets, "apply /secrets/a");
}

describe("an error about a Secret or a ConfigMap", () => {
  it.each([
    { message: `Secret "a" is invalid: data[k]: Invalid value: "${value}": no`, reason: "validation quotes" },
    {
      message: `failed to create typed patch object (s/a; /v1, Kind=Secret): .data.k: got "${value}"`,
      reason: "a merge quotes",
    },
    { message: `admission webhook "w" denied the request: ${value} is too weak`, reason: "a webhook may say anything" },
    {
      message: `secrets "a" is forbidden: ValidatingAdmissionPolicy 'p' denied request: ${value}`,
      reason: "a policy too",
    },
    {
      message: `secrets "a" is forbidden: User "u" cannot patch resource "secrets" in API group "": ${value}`,
      reason: "an appendix",
    },
    { message: `secrets "a" not found\n${value}`, reason: "a second line" },
    { message: `Apply failed with 1 conflict: conflict with "m" using v1: ${value}\`$`, reason: "no field path" },
  ])("does not repeat the server's message: $reason", ({ message }) => {
    const causes = [{ field: "data[k]", reason: "FieldValueInvalid", message: `Invalid value: "${value}": no` }];
    for (const error of [errorOf(message), errorOf(message, causes)]) {
      expect(JSON.stringify([error, error.message, error.stack])).not.toContain(value);
      expect(error.message).toContain("422 Invalid");
    }
  });

  it.each([
    { message: 'secrets "a" not found' },
    { message: 'secrets "a" already exists' },
    { message: 'namespaces "shop" not found' },
    {
      message:
        'Operation cannot be fulfilled on secrets "a": the object has been modified; please apply your changes to the latest version and try again',
    },
    {
      message:
        'secrets "a" is forbidden: User "system:serviceaccount:o:o" cannot patch resource "secrets" in API group "" in the namespace "shop"',
    },
    {
      message:
        'secrets "a" is forbidden: unable to create new content in namespace shop because it is being terminated',
    },
    {
      message: 'secrets "a" is forbidden: exceeded quota: q, requested: secrets=1, used: secrets=5, limited: secrets=5',
    },
    {
      message: 'Apply failed with 2 conflicts: conflicts with "M":\n- .data.c\nconflicts with "M" using v1:\n- .data.a',
    },
  ])("repeats what quotes nothing: $message", ({ message }) => {
    expect(errorOf(message).message).toBe(`apply /secrets/a: 422 Invalid: ${message}`);
  });

  it.each([
    { field: "type", said: 'Invalid value: "Opaque": field is immutable', kept: "field is immutable" },
    {
      field: "data",
      said: "Forbidden: field is immutable when `immutable` is set",
      kept: "field is immutable when `immutable` is set",
    },
    { field: "data[tls.key]", said: "Required value", kept: "Required value" },
    {
      field: "data",
      said: "Too long: may not be more than 1048576 bytes",
      kept: "Too long: may not be more than 1048576 bytes",
    },
    { field: "data[k]", said: `Invalid value: "${value}": nope`, kept: "invalid value (not shown)" },
  ])("says of $field: $kept", ({ field, said, kept }) => {
    const error = errorOf("Secret is invalid", [{ field, reason: "FieldValueInvalid", message: said }]);
    expect(error.causes).toEqual([{ field, reason: "FieldValueInvalid", message: kept }]);
    expect(error.message).toBe(`apply /secrets/a: 422 Invalid: ${field}: ${kept}`);
  });
});
