import { describe, expect, it } from "@jest/globals";
import { canonicalNames } from "./canonical-name.ts";
import type { Service } from "./source.ts";

const home = { region: "eu-west-1", account: "123456789012" };
const away = { region: "us-east-1", account: "210987654321" };
const parameter = { service: "parameterStore", ...home };
const secret = { service: "secretsManager", ...home };

interface Row {
  readonly reason: string;
  readonly service: Service;
  readonly id: string;
  readonly names: readonly unknown[];
}

const rows: readonly Row[] = [
  {
    reason: "a plain name is at home",
    service: "parameterStore",
    id: "/shop/x",
    names: [{ ...parameter, name: "/shop/x" }],
  },
  {
    reason: "an ARN cannot tell a missing slash, so none does",
    service: "parameterStore",
    id: "x",
    names: [{ ...parameter, name: "/x" }],
  },
  {
    reason: "an ARN at home is the plain name",
    service: "parameterStore",
    id: "arn:aws:ssm:eu-west-1:123456789012:parameter/shop/x",
    names: [{ ...parameter, name: "/shop/x" }],
  },
  {
    reason: "an ARN elsewhere stays there",
    service: "parameterStore",
    id: "arn:aws:ssm:us-east-1:210987654321:parameter/shop/x",
    names: [{ ...parameter, ...away, name: "/shop/x" }],
  },
  {
    reason: "a secret read as a parameter is a secret",
    service: "parameterStore",
    id: "/aws/reference/secretsmanager/prod/db",
    names: [{ ...secret, name: "prod/db" }],
  },
  {
    reason: "also without its slash",
    service: "parameterStore",
    id: "aws/reference/secretsmanager/prod/db",
    names: [{ ...secret, name: "prod/db" }],
  },
  {
    reason: "also by an ARN of a parameter",
    service: "parameterStore",
    id: "arn:aws:ssm:us-east-1:210987654321:parameter/aws/reference/secretsmanager/prod/db",
    names: [{ ...secret, ...away, name: "prod/db" }],
  },
  { reason: "a secret's name", service: "secretsManager", id: "prod/db", names: [{ ...secret, name: "prod/db" }] },
  {
    reason: "a name that looks like a full ARN's is a name",
    service: "secretsManager",
    id: "prod/db-AbCdEf",
    names: [{ ...secret, name: "prod/db-AbCdEf" }],
  },
  {
    reason: "a partial ARN",
    service: "secretsManager",
    id: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/db",
    names: [{ ...secret, name: "prod/db" }],
  },
  {
    reason: "a full ARN may be a partial one",
    service: "secretsManager",
    id: "arn:aws:secretsmanager:us-east-1:210987654321:secret:prod/db-AbCdEf",
    names: [
      { ...secret, ...away, name: "prod/db" },
      { ...secret, ...away, name: "prod/db-AbCdEf" },
    ],
  },
  {
    reason: "an ARN of the other service names nothing",
    service: "secretsManager",
    id: "arn:aws:ssm:eu-west-1:123456789012:parameter/x",
    names: [],
  },
  {
    reason: "an ARN of the other service names nothing",
    service: "parameterStore",
    id: "arn:aws:secretsmanager:eu-west-1:123456789012:secret:x",
    names: [],
  },
];

describe("canonicalNames", () => {
  it.each(rows)("$service $id: $reason", ({ service, id, names }) => {
    expect(canonicalNames({ service, id }, home)).toEqual(names);
  });
});
