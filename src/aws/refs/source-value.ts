import { parseParameterArn } from "../../api/arn.ts";
import type { SourceValue } from "../../api/source.ts";
import type { ParameterAnswer, SecretAnswer } from "../calls.ts";

// What is parsed brings a text of its own with each value.
const types = { String: "String", StringList: "StringList", SecureString: "SecureString" } as const;

export function fromParameter(answer: ParameterAnswer): SourceValue {
  // A shared parameter answers with its ARN for a name.
  const name = parseParameterArn(answer.name)?.name ?? answer.name;
  return {
    service: "parameterStore",
    name,
    arn: answer.arn,
    type: types[answer.type],
    version: String(answer.version),
    // A parameter made anew starts at version 1 again; its LastModifiedDate tells the two apart.
    versionKey: `${answer.arn || name}#${answer.version}@${answer.lastModified ?? ""}`,
    content: answer.value,
  };
}

export function fromSecret(answer: SecretAnswer): SourceValue {
  return {
    service: "secretsManager",
    name: answer.name,
    arn: answer.arn,
    type: "Secret",
    version: answer.versionId,
    versionKey: `${answer.arn}#${answer.versionId}`,
    content: answer.content,
  };
}

/** Tags have no version of their own: the tags themselves tell two readings apart. They are never sensitive. */
export function fromTags(
  of: Pick<SourceValue, "service" | "name" | "arn">,
  tags: Readonly<Record<string, string>>,
): SourceValue {
  const text = JSON.stringify(Object.entries(tags).sort(([a], [b]) => (a < b ? -1 : 1)));
  return {
    ...of,
    type: of.service === "secretsManager" ? "Secret" : "String",
    version: "",
    versionKey: `${of.arn || of.name}#tags:${text}`,
    tags,
  };
}

/** The value without its content: what is kept where memory is short. */
export function withoutContent(value: SourceValue): SourceValue {
  const { content: _content, ...rest } = value;
  return rest;
}
