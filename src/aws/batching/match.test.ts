import { describe, expect, it, test } from "@jest/globals";
import fc from "fast-check";
import type { ParameterRef, SecretRef } from "../../api/source.ts";
import type { ParameterAnswer, SecretAnswer, SecretItemError } from "../calls.ts";
import { refKey } from "../refs/ref-key.ts";
import { packed } from "./batch.ts";
import { askedName, matchParameters } from "./match-parameters.ts";
import { matchSecrets } from "./match-secrets.ts";
import type { Ask, Outcome } from "./outcome.ts";

const ssm = "arn:aws:ssm:eu-west-1:123456789012:parameter";
const shared = "arn:aws:ssm:eu-west-1:210987654321:parameter";
const sm = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:";

function answer(name: string, more: Partial<ParameterAnswer> = {}): ParameterAnswer {
  const arn = `${ssm}${name.startsWith("/") ? name : `/${name}`}`;
  return { name, arn, type: "String", value: `value of ${name}`, version: 3, ...more };
}

/** The content, or `kind/code` of the failure. */
function told(outcome: Outcome | undefined): unknown {
  if (outcome === undefined) {
    return "dropped";
  }
  return outcome.ok ? outcome.values[0]?.content : `${outcome.error.kind}/${outcome.error.code}/${outcome.error.gone}`;
}

describe("matchParameters", () => {
  const missing = (gone: boolean): string => `notFound/ParameterNotFound/${gone}`;
  const nothing = "invalid/NoAnswer/false";
  const cases: {
    name: string;
    ref: Omit<ParameterRef, "kind">;
    found?: ParameterAnswer[];
    invalid?: string[];
    expected: string;
  }[] = [
    { name: "a plain name", ref: { name: "/a" }, found: [answer("/a")], expected: "value of /a" },
    { name: "a name without a slash", ref: { name: "a" }, found: [answer("a")], expected: "value of a" },
    {
      name: "a version, selector with its colon",
      ref: { name: "/a", selector: { version: 3 } },
      found: [answer("/a", { selector: ":3" })],
      expected: "value of /a",
    },
    {
      name: "a label, selector without colon",
      ref: { name: "/a", selector: { label: "stable" } },
      found: [answer("/a", { selector: "stable" })],
      expected: "value of /a",
    },
    {
      name: "a label, no selector sent: moto",
      ref: { name: "/a", selector: { label: "stable" } },
      found: [answer("/a")],
      expected: "value of /a",
    },
    {
      name: "another selector is another answer",
      ref: { name: "/a", selector: { label: "stable" } },
      found: [answer("/a", { selector: ":beta" })],
      expected: nothing,
    },
    {
      name: "no selector asked, one answered",
      ref: { name: "/a" },
      found: [answer("/a", { selector: ":beta" })],
      expected: nothing,
    },
    {
      name: "another version than asked",
      ref: { name: "/a", selector: { version: 2 } },
      found: [answer("/a")],
      expected: nothing,
    },
    {
      name: "an ARN, answered by name",
      ref: { name: `${ssm}/a` },
      found: [answer("/a")],
      expected: "value of /a",
    },
    {
      name: "a shared parameter, answered by its ARN",
      ref: { name: `${shared}/a` },
      found: [answer(`${shared}/a`, { arn: `${shared}/a` })],
      expected: `value of ${shared}/a`,
    },
    {
      name: "another account's parameter of the same name is another",
      ref: { name: `${shared}/a` },
      found: [answer("/a")],
      expected: nothing,
    },
    {
      name: "a reference to a secret",
      ref: { name: "/aws/reference/secretsmanager/prod/db" },
      found: [answer("/aws/reference/secretsmanager/prod/db", { type: "SecureString" })],
      expected: "value of /aws/reference/secretsmanager/prod/db",
    },
    { name: "a missing name counts as gone", ref: { name: "/a" }, invalid: ["/a"], expected: missing(true) },
    {
      name: "a missing label does not count as gone",
      ref: { name: "/a", selector: { label: "x" } },
      invalid: ["/a:x"],
      expected: missing(false),
    },
    {
      name: "a missing version, named without it",
      ref: { name: "/a", selector: { version: 9 } },
      invalid: ["/a"],
      expected: missing(false),
    },
    { name: "another's failure is not its own", ref: { name: "/a" }, invalid: ["/ab", "/b"], expected: nothing },
  ];
  test.each(cases)("$name", ({ ref, found = [], invalid = [], expected }) => {
    const asked = { kind: "parameter", ...ref } as const;
    const key = refKey(asked);
    expect(told(matchParameters([{ key, ref: asked }], { found, invalid }).get(key))).toBe(expected);
  });

  it("hands every ask its own answer, however names, ARNs and selectors are mixed", () => {
    const names = fc.constantFrom("/a", "/a/b", "a/b", "/b", "/c-abcdef", "/c");
    const selectors = fc.constantFrom(undefined, { version: 1 }, { version: 2 }, { label: "l1" });
    const refs = fc.record({ name: names, byArn: fc.boolean(), selector: selectors });
    fc.assert(
      fc.property(fc.array(refs, { maxLength: 40 }), fc.boolean(), (some, sendsSelector) => {
        for (const batch of packed(asksFor(some), 10)) {
          const outcomes = matchParameters(batch, { found: answered(batch, sendsSelector), invalid: [] });
          expect(batch.map(({ key }) => told(outcomes.get(key)))).toEqual(batch.map(({ ref }) => valueFor(ref)));
        }
      }),
    );
  });
});

interface Question {
  readonly name: string;
  readonly byArn: boolean;
  readonly selector: ParameterRef["selector"];
}

function asksFor(questions: readonly Question[]): Ask<ParameterRef>[] {
  const refs = questions.map(({ name, byArn, selector }): ParameterRef => {
    const id = byArn ? answer(name).arn : name;
    return { kind: "parameter", name: id, ...(selector === undefined ? {} : { selector }) };
  });
  return [...new Map(refs.map((ref) => [refKey(ref), { key: refKey(ref), ref }])).values()];
}

const bareName = (ref: ParameterRef): string => ref.name.replace(ssm, "").replace(/^(?!\/)/, "/");
const valueFor = (ref: ParameterRef): string => `${bareName(ref)} ${JSON.stringify(ref.selector)}`;

/** What the service would answer: bare names, alphabetically, whatever was asked in which order. */
function answered(asks: readonly Ask<ParameterRef>[], sendsSelector: boolean): ParameterAnswer[] {
  const answers = asks.map(({ ref }) => {
    const { selector } = ref;
    const text = askedName(ref).slice(ref.name.length);
    const version = selector !== undefined && "version" in selector ? selector.version : 3;
    return answer(bareName(ref), {
      value: valueFor(ref),
      version,
      ...(sendsSelector && text ? { selector: text } : {}),
    });
  });
  return answers.sort((a, b) => (a.name < b.name ? -1 : 1));
}

describe("matchSecrets", () => {
  const secret = (name: string, suffix = "AbCdEf"): SecretAnswer => ({
    arn: `${sm}${name}-${suffix}`,
    name,
    versionId: "v",
    versionStages: ["AWSCURRENT"],
    content: `content of ${name}`,
  });
  const failed = (secretId: string | undefined, code: string, message = ""): SecretItemError => ({
    ...(secretId === undefined ? {} : { secretId }),
    code,
    message,
  });
  const nothing = "invalid/NoAnswer/false";
  const cases: {
    name: string;
    ids: string[];
    found?: SecretAnswer[];
    errors?: SecretItemError[];
    expected: string[];
  }[] = [
    { name: "by name", ids: ["b", "a"], found: [secret("a"), secret("b")], expected: ["content of b", "content of a"] },
    { name: "by ARN", ids: [`${sm}a-AbCdEf`], found: [secret("a")], expected: ["content of a"] },
    { name: "by partial ARN", ids: [`${sm}a`], found: [secret("a")], expected: ["content of a"] },
    {
      name: "a name that looks like a suffix",
      ids: [`${sm}db-master`, "x"],
      found: [secret("db-master"), secret("x")],
      expected: ["content of db-master", "content of x"],
    },
    { name: "a prefix of an ARN is no partial ARN", ids: [`${sm}a`], found: [secret("ab")], expected: [nothing] },
    { name: "a name is not matched by an ARN's tail", ids: ["b"], found: [secret("a/b")], expected: [nothing] },
    {
      name: "an error of one item",
      ids: ["a", "b"],
      found: [secret("a")],
      errors: [failed("b", "AccessDeniedException")],
      expected: ["content of a", "denied/AccessDeniedException/false"],
    },
    {
      name: "deleted, and marked for deletion",
      ids: ["a", "b"],
      errors: [
        failed("a", "ResourceNotFoundException", "Secrets Manager can't find the specified secret."),
        failed("b", "InvalidRequestException", "the secret was marked for deletion"),
      ],
      expected: ["notFound/ResourceNotFoundException/true", "notFound/InvalidRequestException/true"],
    },
    {
      name: "without a value: not gone",
      ids: ["a"],
      errors: [
        failed(
          "a",
          "ResourceNotFoundException",
          "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT",
        ),
      ],
      expected: ["notFound/ResourceNotFoundException/false"],
    },
    {
      name: "an error that names the full ARN",
      ids: [`${sm}a`],
      errors: [failed(`${sm}a-AbCdEf`, "AccessDeniedException")],
      expected: ["denied/AccessDeniedException/false"],
    },
    {
      name: "an error without an id, when only one is unanswered",
      ids: ["a", "b"],
      found: [secret("a")],
      errors: [failed(undefined, "InternalServiceError")],
      expected: ["content of a", "unavailable/InternalServiceError/false"],
    },
    {
      name: "an error without an id, when it may be another's",
      ids: ["a", "b"],
      errors: [failed(undefined, "AccessDeniedException")],
      expected: [nothing, nothing],
    },
  ];
  test.each(cases)("$name", ({ ids, found = [], errors = [], expected }) => {
    const asks = ids.map((secretId) => {
      const ref: SecretRef = { kind: "secret", secretId };
      return { key: refKey(ref), ref };
    });
    const outcomes = matchSecrets(asks, { found, errors });
    expect(asks.map(({ key }) => told(outcomes.get(key)))).toEqual(expected);
  });
});
