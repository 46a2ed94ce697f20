import { textOf } from "../content.ts";
import type { Content, Result } from "../contract.ts";
import { listNames } from "../name-list.ts";
import { fail, succeed } from "../result.ts";

interface SecretType {
  /** Every one of these keys must be there. */
  readonly all?: readonly string[];
  /** At least one of these keys must be there. */
  readonly any?: readonly string[];
  /** Keys whose content must be a JSON object. */
  readonly json?: readonly string[];
}

/** What the API server asks of typed Secrets (core/v1 ValidateSecret), so that a write is never refused half-way. */
const secretTypes: ReadonlyMap<string, SecretType> = new Map([
  ["kubernetes.io/tls", { all: ["tls.crt", "tls.key"] }],
  ["kubernetes.io/dockerconfigjson", { all: [".dockerconfigjson"], json: [".dockerconfigjson"] }],
  ["kubernetes.io/dockercfg", { all: [".dockercfg"], json: [".dockercfg"] }],
  ["kubernetes.io/basic-auth", { any: ["username", "password"] }],
  ["kubernetes.io/ssh-auth", { all: ["ssh-privatekey"] }],
]);

/** Tokens that make their reader someone else in the cluster: the operator must not be a way to forge them. */
const refusedTypes: ReadonlySet<string> = new Set([
  "kubernetes.io/service-account-token",
  "bootstrap.kubernetes.io/token",
]);

/** SpecInvalid for a type that is refused as such. */
export function checkTypeAllowed(type: string): Result<undefined> {
  if (!refusedTypes.has(type)) return succeed(undefined);
  return fail("SpecInvalid", `spec.secret.type must not be ${type}: such tokens are made by Kubernetes only`);
}

/** Whether the keys are what the type needs: SpecInvalid for a missing key, ValueInvalid for JSON that is none. */
export function checkTypedKeys(type: string, data: ReadonlyMap<string, Content>): Result<undefined> {
  const wanted = secretTypes.get(type);
  if (wanted === undefined) return succeed(undefined);
  const missing = (wanted.all ?? []).filter((key) => !data.has(key));
  if (missing.length > 0) {
    return fail(
      "SpecInvalid",
      `a Secret of type ${type} needs the key ${missing.join(" and the key ")}; ${present(data)}`,
    );
  }
  if (wanted.any && !wanted.any.some((key) => data.has(key))) {
    return fail("SpecInvalid", `a Secret of type ${type} needs the key ${wanted.any.join(" or ")}; ${present(data)}`);
  }
  const broken = (wanted.json ?? []).find((key) => !isJsonObject(data.get(key) ?? ""));
  if (broken === undefined) return succeed(undefined);
  return fail("ValueInvalid", `key ${broken}: a Secret of type ${type} needs a JSON object in it`);
}

const present = (data: ReadonlyMap<string, Content>): string =>
  data.size === 0 ? "it has no key" : `it has ${listNames(data.keys())}`;

function isJsonObject(content: Content): boolean {
  try {
    const parsed: unknown = JSON.parse(textOf(content) ?? "");
    return typeof parsed === "object" && parsed !== null && !Array.isArray(parsed);
  } catch {
    return false;
  }
}
