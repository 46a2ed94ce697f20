import { matchesPattern, parameterArn } from "./arns.ts";
import {
  authorize,
  type Input,
  type Operation,
  optionalText,
  recordList,
  requiredText,
  seconds,
  textList,
} from "./operation.ts";
import { page } from "./paging.ts";
import { describe } from "./parameter-reads.ts";
import { findParameter, isExpired, parametersInOrder, parseParameterId } from "./parameters.ts";
import type { Parameter } from "./state.ts";
import { WireError } from "./wire-error.ts";

const badToken = "InvalidNextToken";

/** `GetParametersByPath`: at most 10 a page; authorised on the path alone, children that IAM would deny included. */
export const getParametersByPath: Operation = (context, input) => {
  const path = requiredText(input, "Path");
  if (!path.startsWith("/")) {
    throw new WireError("ValidationException", "The parameter path must begin with a forward slash (/).");
  }
  authorize(context, "ssm:GetParametersByPath", parameterArn(context.place, path));
  const recursive = input["Recursive"] === true;
  const label = labelFilter(input);
  const type = filterValues(input, "Type");
  const matches = parametersInOrder(context.state, context.place).filter(
    (parameter) =>
      isUnder(parameter.name, path, recursive) &&
      !isExpired(context.state, parameter) &&
      (type === undefined || type.includes(parameter.type)) &&
      (label === undefined || parameter.versions.some((version) => version.labels.has(label))),
  );
  const rules = { most: 10, badToken };
  const result = page(matches, input, rules, { lists: context.lists, keyOf: (parameter) => parameter.name });
  const decrypt = input["WithDecryption"] === true;
  const answers = result.items.flatMap((parameter) => {
    const version =
      label === undefined ? parameter.versions.at(-1) : parameter.versions.find((each) => each.labels.has(label));
    const selector = label === undefined ? undefined : `:${label}`;
    return version ? [describe(context, { parameter, version, selector, decrypt })] : [];
  });
  return { output: { Parameters: answers, NextToken: result.nextToken }, items: answers.length };
};

function labelFilter(input: Input): string | undefined {
  return filterValues(input, "Label")?.[0];
}

function filterValues(input: Input, key: string): readonly string[] | undefined {
  const filter = recordList(input, "ParameterFilters").find((each) => each["Key"] === key);
  return filter && (textList(filter, "Values") ?? []);
}

function isUnder(name: string, path: string, recursive: boolean): boolean {
  const prefix = path.endsWith("/") ? path : `${path}/`;
  return name.startsWith(prefix) && (recursive || !name.slice(prefix.length).includes("/"));
}

/** `DescribeParameters`: metadata, at most 50 a page. `Shared`: those that other accounts share with the caller. */
export const describeParameters: Operation = (context, input) => {
  authorize(context, "ssm:DescribeParameters", parameterArn(context.place, "*"));
  const { account, region } = context.place;
  const candidates =
    input["Shared"] === true
      ? [...context.state.parameters.values()]
          .filter((each) => each.region === region && each.account !== account && each.sharedWith.includes(account))
          .sort((left, right) => (left.arn < right.arn ? -1 : 1))
      : parametersInOrder(context.state, context.place);
  const filters = recordList(input, "ParameterFilters").map(parseFilter);
  const matches = candidates.filter(
    (parameter) => !isExpired(context.state, parameter) && filters.every((matches) => matches(parameter)),
  );
  const keyOf = (parameter: Parameter) => (input["Shared"] === true ? parameter.arn : parameter.name);
  const result = page(matches, input, { most: 50, badToken }, { lists: context.lists, keyOf });
  return {
    output: { Parameters: result.items.map(metadata), NextToken: result.nextToken },
    items: result.items.length,
  };
};

function metadata(parameter: Parameter) {
  const version = parameter.versions.at(-1);
  return {
    ARN: parameter.arn,
    DataType: "text",
    KeyId: parameter.type === "SecureString" ? (parameter.keyId ?? "alias/aws/ssm") : undefined,
    LastModifiedDate: version && seconds(version.lastModified),
    LastModifiedUser: `arn:aws:iam::${parameter.account}:user/writer`,
    Name: parameter.name,
    Policies: [],
    Tier: "Standard",
    Type: parameter.type,
    Version: version?.version,
  };
}

type Matcher = (parameter: Parameter) => boolean;

/** One `ParameterFilters` entry (API reference, ParameterStringFilter). */
function parseFilter(filter: Input): Matcher {
  const key = requiredText(filter, "Key");
  const option = optionalText(filter, "Option");
  const values = textList(filter, "Values") ?? [];
  if (key.startsWith("tag:")) {
    const tag = key.slice("tag:".length);
    return ({ tags }) => Object.hasOwn(tags, tag) && (values.length === 0 || values.includes(tags[tag] ?? ""));
  }
  if (key === "Name") {
    const test = nameTests[option ?? "Equals"];
    if (test) {
      return ({ name }) => values.some((value) => test(name, value));
    }
  }
  if (key === "Path") {
    return ({ name }) => values.some((value) => isUnder(name, value, option === "Recursive"));
  }
  if (key === "Type") {
    return ({ type }) => values.includes(type);
  }
  throw new WireError("InvalidFilterKey", `The specified key isn't valid: ${key}${option ? ` ${option}` : ""}.`);
}

const nameTests: Readonly<Record<string, (name: string, value: string) => boolean>> = {
  Equals: (name, value) => name === value,
  BeginsWith: (name, value) => name.startsWith(value),
  Contains: (name, value) => name.includes(value),
};

/** ssm's `ListTagsForResource`, of parameters. */
export const listTagsForResource: Operation = (context, input) => {
  const id = parseParameterId(requiredText(input, "ResourceId"));
  authorize(context, "ssm:ListTagsForResource", id.arn ? id.bare : parameterArn(context.place, id.bare));
  const parameter = findParameter(context.state, context.place, id);
  if (!parameter || !matchesPattern("Parameter", requiredText(input, "ResourceType"))) {
    throw new WireError(
      "InvalidResourceId",
      "The resource ID isn't valid. Verify that you entered the correct ID and try again.",
    );
  }
  const TagList = Object.entries(parameter.tags).map(([Key, Value]) => ({ Key, Value }));
  return { output: { TagList }, items: 1 };
};
