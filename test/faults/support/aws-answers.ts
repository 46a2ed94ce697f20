import { matchesPattern } from "../../../bench/fake-aws/arns.ts";
import type { AwsFault } from "./aws-faults.ts";

/** Fields of answers that hold items, whichever the operation. */
const itemLists = ["Parameters", "InvalidParameters", "SecretValues", "Errors", "SecretList"];
/** Of an item, what names it. */
const idFields = ["Name", "ARN", "SecretId"];

/** The list that an empty page of an operation shows. */
const listOf: Readonly<Record<string, string>> = {
  GetParametersByPath: "Parameters",
  DescribeParameters: "Parameters",
  ListSecrets: "SecretList",
  BatchGetSecretValue: "SecretValues",
};

/** The answer's body without, or with failures instead of, the items that a fault names. */
export function editAnswer(body: string, fault: Extract<AwsFault, { kind: "dropItems" | "failItems" }>): string {
  const answer = parseObject(body);
  if (!answer) {
    return body;
  }
  const removed: unknown[] = [];
  for (const list of itemLists) {
    const items = answer[list];
    if (Array.isArray(items)) {
      removed.push(...items.filter((item) => isNamed(item, fault.items)));
      answer[list] = items.filter((item) => !isNamed(item, fault.items));
    }
  }
  if (fault.kind === "failItems") {
    addFailures(answer, removed, fault);
  }
  return JSON.stringify(answer);
}

function addFailures(
  answer: Record<string, unknown>,
  removed: readonly unknown[],
  fault: Extract<AwsFault, { kind: "failItems" }>,
): void {
  const ids = removed.map((item) => idsOf(item)[0] ?? "");
  if (answer["Parameters"] !== undefined) {
    answer["InvalidParameters"] = [...listIn(answer, "InvalidParameters"), ...ids];
    return;
  }
  const failures = ids.map((SecretId) => ({ SecretId, ErrorCode: fault.code, Message: fault.message ?? "" }));
  answer["Errors"] = [...listIn(answer, "Errors"), ...failures];
}

function listIn(answer: Readonly<Record<string, unknown>>, field: string): readonly unknown[] {
  const list = answer[field];
  return Array.isArray(list) ? list : [];
}

function isNamed(item: unknown, patterns: readonly string[]): boolean {
  return idsOf(item).some((id) => patterns.some((pattern) => matchesPattern(pattern, id)));
}

function idsOf(item: unknown): readonly string[] {
  if (typeof item === "string") {
    return [item];
  }
  if (typeof item !== "object" || item === null) {
    return [];
  }
  return idFields.flatMap((field) => {
    const value: unknown = Reflect.get(item, field);
    return typeof value === "string" ? [value] : [];
  });
}

const tokenPrefix = "empty-page:";

/** What to do with a list request while pages come empty. */
export type PageStep =
  | { readonly answer: string }
  /** The request to forward, with the service's own token in it. */
  | { readonly forward: string };

/**
 * `pages`: empty ones still to come before this request's page. The service's own token travels inside the proxy's, so
 * that the proxy remembers nothing.
 */
export function pageStep(operation: string, body: string, pages: number): PageStep {
  const input = parseObject(body) ?? {};
  const token = input["NextToken"];
  const ours = typeof token === "string" && token.startsWith(tokenPrefix) ? token.slice(tokenPrefix.length) : undefined;
  const [left = pages, original = typeof token === "string" ? token : ""] = ours ? parseToken(ours) : [];
  if (left > 0) {
    const NextToken = `${tokenPrefix}${Buffer.from(JSON.stringify([left - 1, original])).toString("base64")}`;
    return { answer: JSON.stringify({ [listOf[operation] ?? "Parameters"]: [], NextToken }) };
  }
  const { NextToken: _dropped, ...rest } = input;
  return { forward: JSON.stringify(original === "" ? rest : { ...rest, NextToken: original }) };
}

/** True where the token in the request was made by `pageStep`. */
export function isOurPage(body: string): boolean {
  return body.includes(tokenPrefix);
}

function parseToken(text: string): [number, string] {
  const [left, original] = JSON.parse(Buffer.from(text, "base64").toString()) as [number, string];
  return [left, original];
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? { ...value } : undefined;
  } catch {
    return undefined;
  }
}
