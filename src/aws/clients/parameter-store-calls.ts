import {
  DescribeParametersCommand,
  GetParametersByPathCommand,
  GetParametersCommand,
  ListTagsForResourceCommand,
  type Parameter,
  type ParameterStringFilter,
  type SSMClient,
} from "@aws-sdk/client-ssm";
import type { ParameterAnswer, ParameterFilter, ServiceCalls } from "../calls.ts";
import { malformedAnswer, nextTokenOf, tagsOf } from "./answers.ts";
import type { Gate } from "./gate.ts";
import { operations } from "./operations.ts";

type ParameterStoreCalls = Pick<
  ServiceCalls,
  "getParameters" | "getParametersByPath" | "describeParameters" | "listParameterTags"
>;

/** The requests to Parameter Store. */
export function createParameterStoreCalls(client: SSMClient, gate: Gate): ParameterStoreCalls {
  return {
    getParameters: (names, options) =>
      gate.run(operations.getParameters, { ...options, items: names.length }, async () => {
        const answer = await client.send(new GetParametersCommand({ Names: [...names], WithDecryption: true }));
        const found = (answer.Parameters ?? []).map((each) => toParameter(each, operations.getParameters.name));
        return { found, invalid: answer.InvalidParameters ?? [] };
      }),

    getParametersByPath: ({ path, recursive, nextToken }, options) =>
      gate.run(operations.getParametersByPath, options, async () => {
        const answer = await client.send(
          new GetParametersByPathCommand({
            Path: path,
            Recursive: recursive,
            WithDecryption: true,
            MaxResults: 10,
            NextToken: nextToken,
          }),
        );
        const items = (answer.Parameters ?? []).map((each) => toParameter(each, operations.getParametersByPath.name));
        return { items, ...nextTokenOf(answer.NextToken) };
      }),

    describeParameters: ({ filters, shared, nextToken }, options) =>
      gate.run(operations.describeParameters, options, async () => {
        const answer = await client.send(
          new DescribeParametersCommand({
            ParameterFilters: filters.map(toFilter),
            Shared: shared,
            MaxResults: 50,
            NextToken: nextToken,
          }),
        );
        const items = (answer.Parameters ?? []).map(({ Name, ARN }) => {
          if (Name === undefined) throw malformedAnswer(operations.describeParameters.name, "a parameter's Name");
          return { name: Name, ...(ARN === undefined ? {} : { arn: ARN }) };
        });
        return { items, ...nextTokenOf(answer.NextToken) };
      }),

    listParameterTags: (name, options) =>
      gate.run(operations.listTagsForResource, options, async () => {
        const answer = await client.send(
          new ListTagsForResourceCommand({ ResourceType: "Parameter", ResourceId: name }),
        );
        return tagsOf(answer.TagList);
      }),
  };
}

function toParameter(parameter: Parameter, operation: string): ParameterAnswer {
  const { Name, Value, ARN, Version, Type, Selector, LastModifiedDate } = parameter;
  if (Name === undefined || Value === undefined || ARN === undefined || Version === undefined || Type === undefined) {
    throw malformedAnswer(operation, "a parameter's Name, Value, ARN, Version or Type");
  }
  return {
    name: Name,
    ...(Selector === undefined || Selector === "" ? {} : { selector: Selector }),
    arn: ARN,
    type: Type,
    value: Value,
    version: Version,
    ...(LastModifiedDate === undefined ? {} : { lastModified: LastModifiedDate.getTime() }),
  };
}

function toFilter({ key, option, values }: ParameterFilter): ParameterStringFilter {
  return { Key: key, Option: option, Values: [...values] };
}
