import { type Place, parameterArn } from "./arns.ts";
import { authorize, type Operation, type OperationContext, requiredText, seconds, textList } from "./operation.ts";
import { findParameter, type ParameterId, parseParameterId, selectVersion } from "./parameters.ts";
import { secretReference } from "./secret-reference.ts";
import { contentOf, type Parameter, type ParameterVersion } from "./state.ts";
import { listTooLong, WireError } from "./wire-error.ts";

/** `GetParameter`. */
export const getParameter: Operation = (context, input) => {
  const id = checkedId(requiredText(input, "Name"));
  authorize(context, "ssm:GetParameter", arnOf(context.place, id));
  const decrypt = input["WithDecryption"] === true;
  const reference = secretReference(context, id, decrypt);
  if (reference === "missing") {
    throw new WireError("ParameterNotFound", `Secret ${id.bare} not found.`);
  }
  if (reference) {
    return { output: { Parameter: reference }, items: 1 };
  }
  const parameter = findParameter(context.state, context.place, id);
  if (!parameter) {
    throw new WireError("ParameterNotFound", "");
  }
  const version = selectVersion(parameter, id.selector);
  if (!version) {
    throw new WireError("ParameterVersionNotFound", missingVersion(parameter, id.selector ?? ""));
  }
  return { output: { Parameter: describe(context, { parameter, version, selector: id.selector, decrypt }) }, items: 1 };
};

/**
 * `GetParameters`: alphabetical order whatever was asked, missing names, versions and labels in `InvalidParameters`;
 * one malformed or denied name refuses all.
 */
export const getParameters: Operation = (context, input) => {
  const names = textList(input, "Names") ?? [];
  if (names.length > 10) {
    throw listTooLong("names", names, 10);
  }
  if (names.length === 0) {
    throw new WireError(
      "ValidationException",
      "1 validation error detected: Value '[]' at 'names' failed to satisfy constraint: Member must have length greater than or equal to 1",
    );
  }
  const ids = names.map((name) => ({ name, id: checkedId(name) }));
  for (const { id } of ids) {
    authorize(context, "ssm:GetParameters", arnOf(context.place, id));
  }
  const decrypt = input["WithDecryption"] === true;
  const found: ReturnType<typeof describe>[] = [];
  const invalid: string[] = [];
  for (const { name, id } of ids) {
    const answer = answerFor(context, id, decrypt);
    if (answer) {
      found.push(answer);
    } else {
      invalid.push(name);
    }
  }
  found.sort((left, right) => compare(left.Name, right.Name));
  return { output: { Parameters: found, InvalidParameters: invalid.sort(compare) }, items: found.length };
};

function answerFor(context: OperationContext, id: ParameterId, decrypt: boolean) {
  const reference = secretReference(context, id, decrypt);
  if (reference) {
    return reference === "missing" ? undefined : reference;
  }
  const parameter = findParameter(context.state, context.place, id);
  const version = parameter && selectVersion(parameter, id.selector);
  return parameter && version && describe(context, { parameter, version, selector: id.selector, decrypt });
}

/** One parameter as it stands in an answer. Another account's parameter is named by its ARN. */
export function describe(
  context: OperationContext,
  read: {
    readonly parameter: Parameter;
    readonly version: ParameterVersion;
    readonly selector: string | undefined;
    readonly decrypt: boolean;
  },
) {
  const { parameter, version } = read;
  if (parameter.type === "SecureString" && read.decrypt) {
    authorize(context, "kms:Decrypt", parameter.keyId ?? defaultKey(parameter));
  }
  const content = contentOf(version.value, `${parameter.name} ${version.version}`);
  const text = typeof content === "string" ? content : Buffer.from(content).toString("utf8");
  const encrypted = parameter.type === "SecureString" && !read.decrypt;
  return {
    ARN: parameter.arn,
    DataType: "text",
    LastModifiedDate: seconds(version.lastModified),
    Name: parameter.account === context.place.account ? parameter.name : parameter.arn,
    Selector: read.selector,
    Type: parameter.type as string,
    Value: encrypted ? `AQICAH${Buffer.from(parameter.arn).toString("base64")}` : text,
    Version: version.version,
  };
}

function defaultKey(place: Place): string {
  return `arn:aws:kms:${place.region}:${place.account}:alias/aws/ssm`;
}

function arnOf(place: Place, id: ParameterId): string {
  return id.arn ? id.bare : parameterArn(place, id.bare);
}

function checkedId(text: string): ParameterId {
  const id = parseParameterId(text);
  const path = id.arn ? id.arn.resource.replace(/^parameter/, "") : id.bare;
  if (!/^[A-Za-z0-9_.\-/]+$/.test(path) || path.endsWith("/") || (id.selector?.indexOf(":", 1) ?? -1) > 0) {
    throw new WireError(
      "ValidationException",
      "Invalid parameter name. Please use correct syntax for referencing a version/label  <name>:<version/label>",
    );
  }
  if (path.includes("/") && !path.startsWith("/")) {
    throw new WireError("ValidationException", "Parameter name must be a fully qualified name.");
  }
  return id;
}

function missingVersion(parameter: Parameter, selector: string): string {
  const wanted = selector.slice(1);
  return /^\d+$/.test(wanted)
    ? `Systems Manager could not find version ${wanted} of ${parameter.name}. Verify the version and try again.`
    : `Systems Manager could not find the label ${wanted} for parameter ${parameter.name}. Verify the label and try again.`;
}

function compare(left: string, right: string): number {
  if (left === right) {
    return 0;
  }
  return left < right ? -1 : 1;
}
